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

It runs in the cloud and on a hybrid worker. In the cloud, a job loses its files when it ends, may use 400 MB of memory,
and ends after three hours, which is enough for about 8,000 removals. Pass the targets as text there. On a hybrid
worker, use files, and a journal, with which the next job continues where this one was stopped.

All parameters are texts, because Azure Automation passes texts. The outcomes are the output of the job. Each removal
that the service did not confirm is an error of the job too, and does not stop it.

With SecretManagement instead of Azure Automation, read the token with Get-Secret and store it with Set-Secret. Both
use a SecureString, so nothing needs to be converted.

.PARAMETER TargetPath
A CSV file with the columns TenantId, UserId and ThreadId.

.PARAMETER TargetText
The content of such a file, at most 512 KB.

.PARAMETER JournalPath
The journal. Run the runbook with the same journal to resume after an interruption. Jobs that run at the same time need
journals of their own.

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
    [string] $TargetPath,

    [string] $TargetText,

    [string] $JournalPath,

    [string] $TenantId,

    [string] $ClientId,

    [string] $GraphEndpoint,

    [string] $AuthorityHost
)

$ErrorActionPreference = 'Stop'
# Nobody sees the progress of a job, and showing it takes time.
$ProgressPreference = 'SilentlyContinue'
$variable = 'ChatAccessRefreshToken'

if ([bool] $TargetPath -eq [bool] $TargetText) {
    throw 'Specify either TargetPath or TargetText.'
}
# Read before the sign-in, so that a missing file changes nothing.
$targets = @(if ($TargetPath) { Import-Csv -LiteralPath $TargetPath } else { ConvertFrom-Csv -InputObject $TargetText })

# The portal passes a parameter that was left empty as an empty text.
$connect = @{}
foreach ($name in 'TenantId', 'ClientId', 'GraphEndpoint', 'AuthorityHost') {
    if ($PSBoundParameters[$name]) { $connect[$name] = $PSBoundParameters[$name] }
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
    $targets | Remove-ChatAccessForUser @journal -ErrorAction Continue
} finally {
    Save-Token
    Disconnect-ChatAccess
}
