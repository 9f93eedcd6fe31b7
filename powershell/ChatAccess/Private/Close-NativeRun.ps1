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

        # The command of the run may have ended, so that it can't write.
        [switch] $Interrupted
    )

    # Closes the handle first: in Windows PowerShell, writing ends a finally block after Ctrl+C.
    if (-not $KeepHandle) {
        Close-NativeHandle $Run.Handle
    }
    $Run.Closed = $true
    $null = $script:Runs.Remove($Run)
    if ($Run.ShowsProgress -and -not $Interrupted) {
        $progress = [Management.Automation.ProgressRecord]::new($Run.ProgressId, $Run.Activity, 'Done')
        $progress.RecordType = 'Completed'
        $Run.Cmdlet.WriteProgress($progress)
    }
}
