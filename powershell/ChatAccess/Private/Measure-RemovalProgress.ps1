function script:Measure-RemovalProgress {
    <#
    .SYNOPSIS
    Updates the progress of a run of removals.
    #>
    param([hashtable] $Run)

    [int] $length = 0
    if ($Run.Native::chat_access_describe($Run.Handle, $Run.Buffer, $Run.Buffer.Length, [ref] $length) -ne $NativeStatus.Ok) {
        return
    }
    $about = ConvertFrom-NativeBuffer $Run.Buffer $length
    $now = $Run.Watch.Elapsed
    $done = $Run.Removed + $Run.Failed
    $Run.Doing = '{0} of {1} done, {2} not removed, {3:n2} per second' -f $done, $Run.Queued, $Run.Failed, $about.per_second
    $Run.Operation = if ($Run.WaitsUntil -gt $now) { $Run.Waiting }
    if ($Run.Queued -gt 0) {
        $Run.Percent = [int] (100 * $done / $Run.Queued)
    }
    $Run.EndsAt = if ($about.per_second -gt 0) {
        $now.Add([timespan]::FromSeconds($about.paused_seconds + ($Run.Queued - $done) / $about.per_second))
    }
}
