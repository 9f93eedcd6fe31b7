function script:Test-Account {
    <#
    .SYNOPSIS
    Checks the connected account, its token, and what its permissions are enough for, for
    Test-ChatAccess. Sends no request.
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.CheckResult')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The script blocks use them.')]
    param(
        # The context of the account, or null.
        [object] $Context
    )

    if (-not $Context) {
        Invoke-Check 'Account' {
            @{ Passed = $false; Message = 'No account is connected.'; NextStep = 'Run Connect-ChatAccess, and then this command again to check the permissions.' }
        }
        return
    }
    # The current state: the token may have been renewed since the sign-in.
    $state = @{ Account = $null }
    Invoke-Check 'Account' {
        $state.Account = New-ChatAccessContext -Handle $Context.Handle
        $about = $state.Account
        $name = if ($about.Account) { $about.Account } else { 'An account whose token is not readable' }
        $app = if ($about.AppName) { ", with the application '$($about.AppName)'" }
        @{ Passed = $true; Message = "$name is connected to the tenant $($about.TenantId) ($($about.Environment))$app." }
    }
    if (-not $state.Account) {
        return
    }
    Invoke-Check 'Token' {
        $about = $state.Account
        if (-not $about.ExpiresOn) {
            return @{ Passed = $null; Message = "The token doesn't contain when it expires." }
        }
        $left = $about.ExpiresOn - [datetime]::UtcNow
        $at = $about.ExpiresOn.ToString('u')
        if ($about.Renews) {
            return @{ Passed = $true; Message = "The token expires at $at and is renewed automatically." }
        }
        $isOver = $left.TotalSeconds -le 0
        @{
            Passed   = -not $isOver
            Message  = if ($isOver) { "The token expired at $at." } else { 'The token expires at {0}, in {1:N0} minutes, and is not renewed.' -f $at, $left.TotalMinutes }
            NextStep = 'For longer runs, sign in with Connect-ChatAccess in the browser, with -UseDeviceCode or with -RefreshToken.'
        }
    }
    Invoke-Check 'Remove-ChatAccessForUser' {
        $tenant = [Text.Encoding]::UTF8.GetBytes([string] $state.Account.TenantId)
        $buffer = [byte[]]::new(16KB)
        [int] $length = 0
        $status = (Get-NativeLibrary)::chat_access_check_account($Context.Handle, $tenant, $tenant.Length, $buffer, $buffer.Length, [ref] $length)
        if ($status -eq $NativeStatus.Ok) {
            return @{ Passed = $true; Message = 'The token allows removals: it has the permission Chat.ReadWrite.All.' }
        }
        if ($length -eq 0) {
            return @{ Passed = $null; Message = "The token doesn't contain its tenant and permissions, so the service decides." }
        }
        $objection = ConvertFrom-NativeBuffer $buffer $length
        @{ Passed = $false; Message = $objection.message; NextStep = $objection.next_step }
    }
    Test-Permission $state.Account 'Find-ChatAccess -StartDate' 'AuditLogsQuery.Read.All'
    Test-Permission $state.Account 'Find-ChatAccess -Hunting' 'ThreatHunting.Read.All'
    Test-Permission $state.Account 'Find-ChatAccess -IncidentId' 'SecurityIncident.Read.All', 'SecurityIncident.ReadWrite.All'
    Test-Permission $state.Account 'Find-ChatAccess -AlertId' 'SecurityAlert.Read.All', 'SecurityAlert.ReadWrite.All'
    Test-Permission $state.Account 'Find-ChatAccess -ResolveUser' 'User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'
    Test-Permission $state.Account 'Register-ChatAccessApp' 'Application.ReadWrite.All'
}
