function script:Get-InterruptedRemoval {
    <#
    .SYNOPSIS
    Cancels an interrupted run of removals. Returns the warnings about it, and how many removals
    were not sent.
    #>
    param([hashtable] $Run)

    $events = [Collections.Generic.List[object]]::new()
    $fetched = $Run.Fetched
    if ($fetched.Status -eq $NativeStatus.Ok -and $null -eq $fetched.Events) {
        $fetched.Events = ConvertFrom-EventBatch $Run.Buffer $Run.Length.Value
    }
    for ($at = $fetched.Written; $at -lt $fetched.Events.Count; $at++) { $events.Add($fetched.Events[$at]) }
    $null = $Run.Native::chat_access_cancel($Run.Handle)
    # The library allows the requests in flight this long before the run closes.
    $limit = 300
    $watch = [Diagnostics.Stopwatch]::StartNew()
    do {
        $left = [Math]::Max(0, $limit - $watch.ElapsedMilliseconds)
        $status = Read-NativeEvent $Run $left
        if ($status -eq $NativeStatus.Ok) { $events.AddRange([object[]] $Run.Fetched.Events) }
    } while ($status -eq $NativeStatus.Ok -or ($status -eq $NativeStatus.NotYet -and $left -gt 0))

    $outcomeType = (Get-ResultType).RemovalOutcome
    $warnings = [Collections.Generic.List[string]]::new()
    $sent = [Collections.Generic.List[string]]::new()
    $unsent = 0
    foreach ($one in $events) {
        if ($one -isnot $outcomeType) {
            if ($one.event -eq 'warning') { $warnings.Add($one.message) }
            continue
        }
        Complete-RemovalOutcome $Run $one
        if ($one.Status -eq 'Removed' -or $one.Status -eq 'AlreadyRemoved') { $Run.Removed++ }
        if ($one.Attempts -gt 0) {
            $sent.Add("$($one.Status): $(Get-RemovalName $one)")
        } elseif ($one.Status -eq 'Cancelled') {
            $unsent++
        }
    }
    foreach ($row in $Run.Rows.Values) { $sent.Add("No response: $(Get-RemovalName $row)") }
    if ($sent.Count) {
        $warnings.Add("The command ended before it returned the outcomes of $($sent.Count) removals that were sent:`n  $($sent -join "`n  ")")
    }
    @{ Warning = $warnings; Left = $unsent }
}
