function script:Submit-Removal {
    <#
    .SYNOPSIS
    Queues a removal in a run. Returns the status of the call, and sets the length of the response.
    #>
    # Runs for each removal. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [hashtable] $Row)

    $utf8 = [Text.Encoding]::UTF8
    $tenant = $utf8.GetBytes([string] $Row.TenantId)
    $user = $utf8.GetBytes([string] $Row.UserId)
    $thread = $utf8.GetBytes([string] $Row.ThreadId)
    [int] $length = 0
    $status = $Run.Native::remove_all_access_for_user(
        $Run.Handle, $tenant, $tenant.Length, $user, $user.Length, $thread, $thread.Length, 0,
        $Run.Buffer, $Run.Buffer.Length, [ref] $length)
    $Run.ResponseLength = $length
    $status
}
