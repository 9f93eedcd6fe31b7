function script:Close-NativeRun {
    <#
    .SYNOPSIS
    Closes a run, which stops its work, and removes its progress bar.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run,

        # Leaves the handle open. The handle of a completed sign-in is that of its account.
        [switch] $KeepHandle,

        # The command of the run was stopped, so it can't write.
        [switch] $Interrupted
    )

    # Closes the handle first: after Ctrl+C, writing ends the finally block that calls this.
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
