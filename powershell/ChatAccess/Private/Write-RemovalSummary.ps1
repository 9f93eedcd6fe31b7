function script:Write-RemovalSummary {
    <#
    .SYNOPSIS
    Shows a person at a console how a run of several removals ended, and how to continue it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run,

        # The command to write to.
        [Management.Automation.PSCmdlet] $Cmdlet = $Run.Cmdlet,

        # The number of removals that were not sent, because the command was interrupted.
        [int] $Left
    )

    if (($Run.Number -le 1 -and -not $Left) -or (Get-NonInteractiveReason)) {
        return
    }
    # With -WhatIf there is nothing to sum up.
    if (-not ($Run.Removed + $Run.Failed + $Left)) {
        return
    }
    $message = "$($Run.Removed) removed, $($Run.Failed) not removed"
    if ($Left) {
        $message += ", $Left left. Run the same command again to continue"
        $message += if ($Run.Option.journal) { ': the journal skips confirmed removals' } else { '. With -JournalPath, confirmed removals are skipped' }
    } elseif ($Run.Failed -and $Run.Option.journal) {
        $message += '. Run the same command again to retry those: the journal skips confirmed removals'
    }
    Write-HostMessage -Cmdlet $Cmdlet -Message "$message."
}
