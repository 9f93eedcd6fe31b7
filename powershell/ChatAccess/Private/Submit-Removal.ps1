function script:Submit-Removal {
    <#
    .SYNOPSIS
    Queues a removal in a run, and returns the status of the call: NotYet for a removal that is queued.
    #>
    # Runs for each removal. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [hashtable] $Row)

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
        $Run.Queued++
        $Run.Rows[$Run.Queued] = $Row
    }
    $status
}
