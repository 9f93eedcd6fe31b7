<#
.SYNOPSIS
An Azure Automation runbook that removes users' access to the chats in a table.

.DESCRIPTION
Nobody signs in here: the runbook uses a refresh token from the encrypted Automation variable
'ChatAccessRefreshToken', and stores the new one each time. To begin with, sign in once at a desk:

    Connect-ChatAccess -TenantId contoso.com
    $token = [pscredential]::new('token', (Export-ChatAccessToken)).GetNetworkCredential().Password
    New-AzAutomationVariable -Name ChatAccessRefreshToken -Encrypted $true -Value $token -ResourceGroupName ... -AutomationAccountName ...

The token works until it has not been used for 90 days, or until the account's password or sessions are reset.
The runbook then fails with 'SignInRefreshTokenExpired' or 'SignInRefreshTokenRevoked': sign in at a desk again.

With SecretManagement in place of Azure Automation, read with Get-Secret and store with Set-Secret; both take and
give a SecureString, so that there is nothing to convert.

.PARAMETER TargetPath
A CSV file with the columns TenantId, UserId and ThreadId.

.PARAMETER JournalPath
The journal. With the same journal, a runbook that was stopped goes on where it was.

.PARAMETER TenantId
The tenant to sign in to.

.PARAMETER ClientId
The application that the refresh token is of, where it is not the default one.

.PARAMETER GraphEndpoint
The address of another Microsoft Graph, to try the runbook.

.PARAMETER AuthorityHost
The address of another Entra login service, to try the runbook.
#>
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingConvertToSecureStringWithPlainText', '', Justification = 'Azure Automation gives an encrypted variable as text.')]
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

# Azure Automation's own commands give and take an encrypted variable as text.
function Save-Token {
    $null = Set-AutomationVariable -Name $variable -Value ([pscredential]::new('token', (Export-ChatAccessToken)).GetNetworkCredential().Password)
}

Connect-ChatAccess @connect -RefreshToken (ConvertTo-SecureString (Get-AutomationVariable -Name $variable) -AsPlainText -Force)
try {
    # At once, because a job can be stopped at any time, and again at the end, because it changes in a long run.
    Save-Token
    Import-Csv -LiteralPath $TargetPath | Remove-ChatAccessForUser @journal -ErrorAction Continue
} finally {
    Save-Token
    Disconnect-ChatAccess
}
