function script:Write-RemovalEvent {
    <#
    .SYNOPSIS
    Writes the events of a run of removals: outcomes to the pipeline, everything else to its stream.
    #>
    param([hashtable] $Run, [object[]] $Received)

    foreach ($one in ConvertTo-RemovalOutcome $Received) {
        if ($one.event) {
            Write-RemovalNotice $Run $one
        } elseif ($one.Status -eq 'Removed' -or $one.Status -eq 'AlreadyRemoved') {
            $Run.Removed++
            $Run.Cmdlet.WriteObject($one)
        } else {
            Write-RemovalFailure $Run $one
        }
    }
}
