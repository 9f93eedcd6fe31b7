function script:Stop-NativeRun {
    <#
    .SYNOPSIS
    Ends a run whose pipeline has ended without it, and reports the removals that were sent.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Ends the work of a command that has ended.')]
    param(
        [hashtable] $Run,

        # The command to write to.
        [Management.Automation.PSCmdlet] $Cmdlet = $Run.Cmdlet
    )

    if (-not $Run.Handle -or $Run.Closed) {
        return
    }
    $report = if ($Run.Rows) { Get-InterruptedRemoval $Run }
    Close-NativeRun $Run -Interrupted
    if ($report) {
        foreach ($message in $report.Warning) { $Cmdlet.WriteWarning($message) }
        Write-RemovalSummary -Run $Run -Cmdlet $Cmdlet -Left $report.Left
    }
    if ($Run.ShowsProgress -and $Run.Cmdlet -eq $Cmdlet) {
        $progress = [Management.Automation.ProgressRecord]::new($Run.ProgressId, $Run.Activity, 'Done')
        $progress.RecordType = 'Completed'
        $Cmdlet.WriteProgress($progress)
    }
}
