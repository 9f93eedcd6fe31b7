function script:Receive-NativeEvent {
    <#
    .SYNOPSIS
    Writes the events of a run that are ready, and returns the status of the last call.
    .DESCRIPTION
    Waits up to Timeout milliseconds for the first event, passes all events to the event writer of
    the run, and updates its progress bar. Ctrl+C can't interrupt a call of the native library, so it
    takes effect between two calls.
    #>
    # Runs while removals are queued. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [int] $Timeout = 200)

    $native = $Run.Native
    $texts = [Collections.Generic.List[string]]::new()
    [int] $length = 0
    do {
        $status = $native::chat_access_next($Run.Handle, $Timeout, $Run.Buffer, $Run.Buffer.Length, [ref] $length)
        if ($status -eq $NativeStatus.Ok) {
            $texts.Add([Text.Encoding]::UTF8.GetString($Run.Buffer, 0, $length))
            # The next event often follows at once.
            if ($Timeout) { $Timeout = 1 }
        } elseif ($status -eq $NativeStatus.BufferTooSmall) {
            # The event stays the next one.
            $Run.Buffer = [byte[]]::new($length)
        }
    } while ($texts.Count -lt 100 -and ($status -eq $NativeStatus.Ok -or $status -eq $NativeStatus.BufferTooSmall))
    if ($texts.Count) {
        # Parsed and written together, because each call of a command costs more than an event.
        & $Run.EventWriter $Run ('[' + [string]::Join(',', $texts) + ']' | ConvertFrom-Json)
    }
    if ($status -lt 0) {
        throw (ConvertTo-NativeStatusError $status)
    }
    Write-RunProgress $Run
    $status
}
