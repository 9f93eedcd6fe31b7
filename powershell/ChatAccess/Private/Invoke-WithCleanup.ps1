function script:Invoke-WithCleanup {
    <#
    .SYNOPSIS
    Does work that writes to the pipeline, and ends the run if the pipeline ends meanwhile.
    .DESCRIPTION
    Where the command has a clean block, this needs no try statement. A try statement would also
    apply to the following commands of the pipeline: an error there would end the pipeline instead
    of the statement.
    #>
    param([hashtable] $Run, [scriptblock] $Work)

    if ($script:HasCleanBlock) {
        & $Work
        return
    }
    $completed = $false
    try {
        & $Work
        $completed = $true
    } finally {
        # Runs on Ctrl+C, -ErrorAction Stop and a following Select-Object -First too.
        if (-not $completed) {
            Stop-NativeRun $Run
        }
    }
}
