function script:Read-NativeEvent {
    <#
    .SYNOPSIS
    Fetches the next events of a run into its batch, and returns the status of the call.
    #>
    # Runs while removals are queued. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [int] $Timeout)

    [int] $length = 0
    $status = $Run.Native::chat_access_next_many($Run.Handle, $Timeout, $Run.Buffer, $Run.Buffer.Length, [ref] $length)
    if ($status -eq $NativeStatus.BufferTooSmall) {
        # The event stays the next one.
        $Run.Buffer = [byte[]]::new($length)
        $status = $Run.Native::chat_access_next_many($Run.Handle, $Timeout, $Run.Buffer, $Run.Buffer.Length, [ref] $length)
    }
    $Run.Status = $status
    $Run.BatchWritten = 0
    $Run.Batch = if ($status -eq $NativeStatus.Ok) { ConvertFrom-EventBatch $Run.Buffer $length } else { @() }
    $status
}
