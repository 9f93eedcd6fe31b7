function script:Write-RemovalEvent {
    <#
    .SYNOPSIS
    Writes the events of a run of removals: outcomes to the pipeline, everything else to its stream.
    #>
    param([hashtable] $Run)

    $outcomeType = (Get-ResultType).RemovalOutcome
    $fetched = $Run.Fetched
    $rows = $Run.Rows
    # No loop, for the reason that Wait-NativeRun states.
    $fetched.Events | & {
        process {
            $fetched.Written++
            if ($_ -isnot $outcomeType) {
                Write-RemovalNotice $Run $_
                return
            }
            # As Complete-RemovalOutcome does. Without its call where nothing names people.
            $row = $rows[$_.Number]
            if ($row.UserPrincipalName -or $row.ExternalUser) {
                Complete-RemovalOutcome $Run $_
            } else {
                $null = $rows.Remove($_.Number)
                $_.Number = $row.Number
            }
            if ($_.Status -eq 'Removed' -or $_.Status -eq 'AlreadyRemoved') {
                $Run.Removed++
                $_
            } else {
                Write-RemovalFailure $Run $_
            }
        }
    }
}
