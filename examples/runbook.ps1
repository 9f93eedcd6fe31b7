<#
.SYNOPSIS
An Azure Automation runbook that removes users' access to the chats in a table.

.DESCRIPTION
The runbook works unattended: it uses a refresh token from the encrypted Automation variable
'ChatAccessRefreshToken', and stores the new one each time. To set it up, sign in once at a desktop:

    Connect-ChatAccess -TenantId contoso.com
    $token = [pscredential]::new('token', (Export-ChatAccessToken)).GetNetworkCredential().Password
    New-AzAutomationVariable -Name ChatAccessRefreshToken -Encrypted $true -Value $token -ResourceGroupName ... -AutomationAccountName ...

The token expires 90 days after its last use, or when the account's password or sessions are reset. The runbook then
fails with 'SignInRefreshTokenExpired' or 'SignInRefreshTokenRevoked': sign in at a desktop again.

With SecretManagement instead of Azure Automation, read the token with Get-Secret and store it with Set-Secret. Both
use a SecureString, so nothing needs to be converted.

.PARAMETER TargetPath
A CSV file with the columns TenantId, UserId and ThreadId.

.PARAMETER JournalPath
The journal. Run the runbook with the same journal to resume after an interruption.

.PARAMETER TenantId
The tenant to sign in to.

.PARAMETER ClientId
The application that the refresh token was issued to, if it is not the default one.

.PARAMETER GraphEndpoint
The address of another Microsoft Graph, to try the runbook out.

.PARAMETER AuthorityHost
The address of another Entra sign-in service, to try the runbook out.
#>
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingConvertToSecureStringWithPlainText', '', Justification = 'Azure Automation returns an encrypted variable as text.')]
param(
    [Parameter(Mandatory)]
    [string] $TargetPath,

    [string] $JournalPath,

    [string] $TenantId,

    [string] $ClientId,

    [string] $GraphEndpoint,

    [string] $AuthorityHost
)

$ErrorActionPreference = 'Stop'
$variable = 'ChatAccessRefreshToken'

$connect = @{}
foreach ($name in 'TenantId', 'ClientId', 'GraphEndpoint', 'AuthorityHost') {
    if ($PSBoundParameters.ContainsKey($name)) { $connect[$name] = $PSBoundParameters[$name] }
}
$journal = if ($JournalPath) { @{ JournalPath = $JournalPath } } else { @{} }

# Azure Automation's commands read and write an encrypted variable as text.
function Save-Token {
    $null = Set-AutomationVariable -Name $variable -Value ([pscredential]::new('token', (Export-ChatAccessToken)).GetNetworkCredential().Password)
}

Connect-ChatAccess @connect -RefreshToken (ConvertTo-SecureString (Get-AutomationVariable -Name $variable) -AsPlainText -Force)
try {
    # Saved now, because a job can be stopped at any time, and again at the end, because a long run renews it.
    Save-Token
    Import-Csv -LiteralPath $TargetPath | Remove-ChatAccessForUser @journal -ErrorAction Continue
} finally {
    Save-Token
    Disconnect-ChatAccess
}
