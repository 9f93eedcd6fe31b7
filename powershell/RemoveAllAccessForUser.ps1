<#
.SYNOPSIS
Removes a user's access to a Teams chat: a drop-in for the sample script of the same job.

.DESCRIPTION
Takes the sample's three parameters and tells what it does, as the sample does, but through the ChatAccess
module: nothing is installed at run time, throttling is waited for, and a failure has an exit code.

It uses the token of -AccessToken, or the account that Connect-ChatAccess connected in this session.

Exit codes: 0 removed; 1 not removed; 2 not started, because the module or the connection is missing.

.PARAMETER TenantId
The tenant of the user whose access is removed: your own.

.PARAMETER UserId
The Entra object id of the user whose access is removed.

.PARAMETER ThreadId
The id of the chat from which access is removed.

.PARAMETER AccessToken
A delegated access token for Microsoft Graph with the permission Chat.ReadWrite.All.

.PARAMETER Environment
The cloud of the tenant: Global, USGov or USGovDoD.

.PARAMETER GraphEndpoint
The address of another Microsoft Graph, such as a test server.

.EXAMPLE
PS> ./RemoveAllAccessForUser.ps1 -TenantId $tenant -UserId $user -ThreadId $chat -AccessToken $token

Removes one user from one chat with a token that you have.

.EXAMPLE
PS> Connect-ChatAccess -AccessToken $token
PS> ./RemoveAllAccessForUser.ps1 -TenantId $tenant -UserId $user -ThreadId $chat

Does the same with the connected account.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $TenantId,

    [Parameter(Mandatory)]
    [string] $UserId,

    [Parameter(Mandatory)]
    [string] $ThreadId,

    [Security.SecureString] $AccessToken,

    [string] $Environment,

    [string] $GraphEndpoint
)

$ErrorActionPreference = 'Stop'

try {
    # The module of the session, else the one beside this script, else an installed one.
    if (-not (Get-Module -Name ChatAccess)) {
        $beside = Join-Path -Path $PSScriptRoot -ChildPath 'ChatAccess/ChatAccess.psd1'
        Import-Module -Name $(if (Test-Path -LiteralPath $beside) { $beside } else { 'ChatAccess' })
    }
    $connect = @{}
    foreach ($name in 'AccessToken', 'Environment', 'GraphEndpoint') {
        if ($PSBoundParameters.ContainsKey($name)) { $connect[$name] = $PSBoundParameters[$name] }
    }
    # An account of its own, so that the one of the session stays as it is.
    $context = if ($AccessToken) { Connect-ChatAccess @connect -PassThru } else { Get-ChatAccessContext }
    if (-not $context) {
        throw 'Nobody is connected: give -AccessToken, or run Connect-ChatAccess first.'
    }
    Write-Host "Connected to $($context.GraphEndpoint) as $($context.Account)." -ForegroundColor 'Green'
} catch {
    Write-Host "RemoveAllAccessForUser could not start: $($_.Exception.Message)" -ForegroundColor 'Red'
    exit 2
}

Write-Host 'Executing RemoveAllAccessForUser request.'
try {
    $removal = @{ TenantId = $TenantId; UserId = $UserId; ThreadId = $ThreadId; Context = $context }
    $outcome = Remove-ChatAccessForUser @removal -ErrorAction SilentlyContinue -ErrorVariable failure
} finally {
    if ($AccessToken) {
        $context | Disconnect-ChatAccess
    }
}

if ($outcome.Status -in 'Removed', 'AlreadyRemoved') {
    Write-Host 'Request to RemoveAllAccessForUser api succeeded.' -ForegroundColor 'Green'
    exit 0
}
Write-Host 'Request to RemoveAllAccessForUser api failed.' -ForegroundColor 'Red'
if ($outcome) {
    Write-Host "Status: $($outcome.Status)"
    Write-Host "StatusCode: $($outcome.HttpStatus)"
    Write-Host "StatusDescription: $($outcome.Code)"
    Write-Host $outcome.Message
    Write-Host "What to do: $($outcome.NextStep)"
    if ($outcome.RequestId) {
        Write-Host "Request id: $($outcome.RequestId)"
    }
} else {
    Write-Host $failure[0].Exception.Message
}
exit 1
