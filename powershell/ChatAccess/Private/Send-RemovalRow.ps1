function script:Send-RemovalRow {
    <#
    .SYNOPSIS
    Queues the removal of a row, checks it only, or writes why it can't be sent.
    #>
    # Runs for each removal. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [hashtable] $Row, [bool] $IsApproved)

    if ($Row.Conflict) {
        Write-RemovalFailure $Run (New-UnsentOutcome $Row -Message "Input $($Row.Number) can't be used: $($Row.Conflict)." -NextStep (
                "Nothing was sent. $($Row.NextStep)"))
        return
    }
    if ($Row.UnresolvedReason) {
        Write-RemovalFailure $Run (New-UnsentOutcome $Row -Message "The target $(Get-RemovalName $Row) is unresolved: $($Row.UnresolvedReason)" -NextStep (
                'Nothing was sent. Find out the object id of the user and pass it as UserId.'))
        return
    }
    if (-not $IsApproved) {
        Test-Removal $Run $Row
        return
    }
    if (-not $Run.Handle) {
        $Run.Cmdlet.WriteVerbose("Sending removals to $($Run.Endpoint).")
        try {
            Open-RemovalRun $Run
        } catch [InvalidOperationException] {
            $Run.Cmdlet.ThrowTerminatingError($_)
        }
    }
    # As Submit-Removal does, without the time of its call.
    $utf8 = [Text.Encoding]::UTF8
    $tenant = $utf8.GetBytes([string] $Row.TenantId)
    $user = $utf8.GetBytes([string] $Row.UserId)
    $thread = $utf8.GetBytes([string] $Row.ThreadId)
    $status = if ($Row.LastSeen) {
        $seen = $utf8.GetBytes([string] $Row.LastSeen)
        $Run.Native::chat_access_remove_seen(
            $Run.Handle, $tenant, $tenant.Length, $user, $user.Length, $thread, $thread.Length, $seen, $seen.Length, 0,
            $Run.Buffer, $Run.Buffer.Length, $Run.Length)
    } else {
        $Run.Native::remove_all_access_for_user(
            $Run.Handle, $tenant, $tenant.Length, $user, $user.Length, $thread, $thread.Length, 0,
            $Run.Buffer, $Run.Buffer.Length, $Run.Length)
    }
    if ($status -eq $NativeStatus.NotYet) {
        $Run.Rows[++$Run.Queued] = $Row
    } else {
        Write-UnqueuedRemoval $Run $Row $status
    }
    # Fetching costs more than queueing, so it happens at most every 20 ms, for many removals.
    $now = $Run.Watch.ElapsedMilliseconds
    if ($now - $Run.FetchedAt -ge 20) {
        Receive-NativeEvent $Run 0
        $Run.FetchedAt = $Run.Watch.ElapsedMilliseconds
    }
}
