function script:Receive-NativeEvent {
    <#
    .SYNOPSIS
    Writes the next events of a run.
    .DESCRIPTION
    Waits up to Timeout milliseconds for the first event, passes the events to the event writer of
    the run, and updates its progress bar. Ctrl+C can't interrupt a call of the native library, so it
    takes effect between two calls.
    #>
    # Runs while removals are queued. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [int] $Timeout = 50)

    $status = Read-NativeEvent $Run $Timeout
    if ($status -lt 0) {
        $Run.Cmdlet.ThrowTerminatingError((ConvertTo-NativeStatusError $status))
    }
    if ($status -eq $NativeStatus.Ok) {
        & $Run.EventWriter $Run
    }
    # Twice a second at most, and not in the first half second.
    if ($Run.Watch.ElapsedMilliseconds - $Run.ProgressAt -ge 500) { Write-RunProgress $Run }
}
