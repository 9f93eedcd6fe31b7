function script:Write-RemovalEvent {
    <#
    .SYNOPSIS
    Writes the events of a run of removals: outcomes to the pipeline, everything else to its stream.
    #>
    param([hashtable] $Run, [object[]] $Received)

    $outcome = (Get-ResultType).RemovalOutcome
    foreach ($one in $Received) {
        if ($one -isnot $outcome) {
            Write-RemovalNotice $Run $one
        } elseif ($one.Status -eq 'Removed' -or $one.Status -eq 'AlreadyRemoved') {
            $Run.Removed++
            $Run.Cmdlet.WriteObject($one)
        } else {
            Write-RemovalFailure $Run $one
        }
    }
}
