function script:Write-RemovalEvent {
    <#
    .SYNOPSIS
    Writes the events of a run of removals: outcomes to the pipeline, everything else to its stream.
    #>
    param([hashtable] $Run)

    $outcomeType = (Get-ResultType).RemovalOutcome
    # No loop, for the reason that Wait-NativeRun states.
    $Run.Fetched.Events | & {
        process {
            $Run.Fetched.Written++
            if ($_ -isnot $outcomeType) {
                Write-RemovalNotice $Run $_
                return
            }
            Complete-RemovalOutcome $Run $_
            if ($_.Status -eq 'Removed' -or $_.Status -eq 'AlreadyRemoved') {
                $Run.Removed++
                $_
            } else {
                Write-RemovalFailure $Run $_
            }
        }
    }
}
