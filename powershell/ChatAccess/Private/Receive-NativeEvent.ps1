function script:Receive-NativeEvent {
    <#
    .SYNOPSIS
    Writes the next events of a run, and returns the status of the call.
    .DESCRIPTION
    Waits up to Timeout milliseconds for the first event, passes the events to the event writer of
    the run, and updates its progress bar. Ctrl+C can't interrupt a call of the native library, so it
    takes effect between two calls.
    #>
    # Runs while removals are queued. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [int] $Timeout = 100)

    $native = $Run.Native
    [int] $length = 0
    $status = $native::chat_access_next_many($Run.Handle, $Timeout, $Run.Buffer, $Run.Buffer.Length, [ref] $length)
    if ($status -eq $NativeStatus.BufferTooSmall) {
        # The event stays the next one.
        $Run.Buffer = [byte[]]::new($length)
        $status = $native::chat_access_next_many($Run.Handle, $Timeout, $Run.Buffer, $Run.Buffer.Length, [ref] $length)
    }
    if ($status -eq $NativeStatus.Ok) {
        & $Run.EventWriter $Run (ConvertFrom-EventBatch $Run.Buffer $length)
    } elseif ($status -lt 0) {
        throw (ConvertTo-NativeStatusError $status)
    }
    Write-RunProgress $Run
    $status
}
