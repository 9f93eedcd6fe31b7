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
    $total = $Run.Queued + $Run.Failed
    # PowerShell 7 draws only the status, and about 45 characters of it where a window has 80 columns.
    $counts = "$done of $($Run.Number), $($Run.Failed) failed"
    $Run.Doing = if ($Run.WaitsUntil -gt $now) {
        '{0}, {1:n0} s {2} {3}' -f $Run.WaitsFor, ($Run.WaitsUntil - $now).TotalSeconds, [char] 0xB7, $counts
    } else {
        '{0}, {1:n2} per second' -f $counts, $about.per_second
    }
    if ($total -gt 0) {
        $Run.Percent = [int] [Math]::Min(100, 100 * $done / $total)
    }
    $Run.EndsAt = if ($about.per_second -gt 0) {
        $now.Add([timespan]::FromSeconds($about.paused_seconds + [Math]::Max(0, $Run.Number - $done) / $about.per_second))
    }
}
