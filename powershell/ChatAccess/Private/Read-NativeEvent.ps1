function script:Read-NativeEvent {
    <#
    .SYNOPSIS
    Fetches the next events of a run, and returns the status of the call.
    #>
    # Runs while removals are queued. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [int] $Timeout)

    $Run.Fetched = @{ Status = $Run.Native::chat_access_next_many($Run.Handle, $Timeout, $Run.Buffer, $Run.Buffer.Length, $Run.Length); Written = 0 }
    if ($Run.Fetched.Status -eq $NativeStatus.BufferTooSmall) {
        # The event stays the next one.
        $Run.Buffer = [byte[]]::new($Run.Length.Value)
        $Run.Fetched = @{ Status = $Run.Native::chat_access_next_many($Run.Handle, $Timeout, $Run.Buffer, $Run.Buffer.Length, $Run.Length); Written = 0 }
    }
    if ($Run.Fetched.Status -eq $NativeStatus.Ok) {
        # Another search of the pipeline may have set its own.
        if ($null -ne $Run.Search) { (Get-ResultType).Target::CurrentSearch = $Run.Search }
        $Run.Fetched.Events = ConvertFrom-EventBatch $Run.Buffer $Run.Length.Value
    }
    $Run.Fetched.Status
}
