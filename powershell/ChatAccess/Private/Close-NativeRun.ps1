function script:Close-NativeRun {
    <#
    .SYNOPSIS
    Closes a run, which stops what it is still doing, and removes its progress bar.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run,

        # Leaves the handle open: a sign-in's handle is its account's from then on.
        [switch] $KeepHandle,

        # The command of the run was stopped and can't write any more.
        [switch] $Interrupted
    )

    # Before anything is written: after Ctrl+C, a write ends the finally block that calls this.
    if (-not $KeepHandle) {
        $null = $Run.Native::chat_access_close($Run.Handle)
    }
    $null = $script:Runs.Remove($Run)
    if ($Run.ShowsProgress -and -not $Interrupted) {
        $progress = [Management.Automation.ProgressRecord]::new($Run.ProgressId, $Run.Activity, 'Done')
        $progress.RecordType = 'Completed'
        $Run.Cmdlet.WriteProgress($progress)
    }
}
