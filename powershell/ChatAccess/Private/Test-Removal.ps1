function script:Test-Removal {
    <#
    .SYNOPSIS
    Checks the ids of a removal that is not to be made, so that -WhatIf finds the bad rows of a table.
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
        $outcome = ConvertTo-RemovalOutcome ([Text.Encoding]::UTF8.GetString($buffer, 0, $length) | ConvertFrom-Json)
        $outcome.TenantId, $outcome.UserId, $outcome.ThreadId = $Id
        $Cmdlet.WriteError((New-RemovalError $outcome))
    }
}
