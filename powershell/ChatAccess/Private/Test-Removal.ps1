function script:Test-Removal {
    <#
    .SYNOPSIS
    Writes an error if a removal could not be sent, so that -WhatIf finds it: because of its ids or
    its LastSeen or, where an account is connected, of its tenant or permissions.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run,

        [Parameter(Mandatory)]
        [hashtable] $Row
    )

    $native = Get-NativeLibrary
    $tenant, $user, $thread = foreach ($text in $Row.TenantId, $Row.UserId, $Row.ThreadId) { , [Text.Encoding]::UTF8.GetBytes([string] $text) }
    $buffer = [byte[]]::new(16KB)
    [int] $length = 0
    $status = $native::chat_access_check(
        $tenant, $tenant.Length, $user, $user.Length, $thread, $thread.Length, $buffer, $buffer.Length, [ref] $length)
    if ($status -eq $NativeStatus.Ok -and $Row.LastSeen) {
        $seen = [Text.Encoding]::UTF8.GetBytes([string] $Row.LastSeen)
        $status = $native::chat_access_check_last_seen($seen, $seen.Length, $buffer, $buffer.Length, [ref] $length)
    }
    if ($status -eq $NativeStatus.Ok) {
        # A run sends a removal that one of its accounts can send.
        foreach ($account in $Run.Account) {
            $status = $native::chat_access_check_account($account, $tenant, $tenant.Length, $buffer, $buffer.Length, [ref] $length)
            if ($status -eq $NativeStatus.Ok) { break }
        }
    }
    if ($status -eq $NativeStatus.Ok) {
        return
    }
    if ($length -eq 0) {
        $Run.Cmdlet.ThrowTerminatingError((ConvertTo-NativeStatusError $status))
    }
    $outcome = New-UnsentOutcome $Row -Received (ConvertFrom-NativeBuffer $buffer $length)
    $Run.Cmdlet.WriteError((ConvertTo-RemovalError $outcome))
}
