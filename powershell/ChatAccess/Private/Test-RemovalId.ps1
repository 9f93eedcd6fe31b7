function script:Test-RemovalId {
    <#
    .SYNOPSIS
    Writes an error if the ids of a removal are invalid, so that -WhatIf finds invalid rows.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [Parameter(Mandatory)]
        [AllowEmptyString()]
        [string[]] $Id
    )

    $native = Get-NativeLibrary
    $tenant, $user, $thread = foreach ($text in $Id) { , [Text.Encoding]::UTF8.GetBytes($text) }
    $buffer = [byte[]]::new(16KB)
    [int] $length = 0
    $status = $native::chat_access_check(
        $tenant, $tenant.Length, $user, $user.Length, $thread, $thread.Length, $buffer, $buffer.Length, [ref] $length)
    if ($status -eq $NativeStatus.InvalidArgument) {
        $outcome = ConvertTo-Result RemovalOutcome (ConvertFrom-NativeBuffer $buffer $length)
        # The library shortens ids that are too long to show.
        $outcome.TenantId, $outcome.UserId, $outcome.ThreadId = $Id
        $Cmdlet.WriteError((ConvertTo-RemovalError $outcome))
    }
}
