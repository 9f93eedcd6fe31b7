<#
.SYNOPSIS
Removes a user's access to a Teams chat: a drop-in for the sample script of the same job.

.DESCRIPTION
Takes the sample's three parameters and does the whole of its job, telling what it does as the sample does: it
finds the client app 'RemoveAllAccessForUserApp' or creates it, signs in with it, and removes the access. But it
does so through the ChatAccess module: nothing is installed at run time, throttling is waited for, and a failure
has an exit code.

It uses the account that Connect-ChatAccess connected in this session, where there is one. With -ClientId,
-RefreshToken or -AccessToken it needs no client app of its own and signs in once or not at all.

Exit codes: 0 removed; 1 not removed; 2 not started, because the module, the client app or the sign-in is missing.

.PARAMETER TenantId
The tenant of the user whose access is removed: your own.

.PARAMETER UserId
The Entra object id of the user whose access is removed.

.PARAMETER ThreadId
The id of the chat from which access is removed.

.PARAMETER ClientId
The application to sign in with, in place of the one that is found or created.

.PARAMETER AppName
The name of the client app to find or create.

.PARAMETER UseDeviceCode
Signs in with a code on another device, in place of the browser.

.PARAMETER RefreshToken
Signs in with this refresh token, without a person.

.PARAMETER AccessToken
A delegated access token for Microsoft Graph with the permission Chat.ReadWrite.All.

.PARAMETER Environment
The cloud of the tenant: Global, USGov or USGovDoD.

.PARAMETER GraphEndpoint
The address of another Microsoft Graph, such as a test server.

.PARAMETER AuthorityHost
The address of another Entra login service, such as a test server.

.EXAMPLE
PS> ./RemoveAllAccessForUser.ps1 -TenantId $tenant -UserId $user -ThreadId $chat

Does what the sample script does: client app, sign-in in the browser, removal.

.EXAMPLE
PS> ./RemoveAllAccessForUser.ps1 -TenantId $tenant -UserId $user -ThreadId $chat -AccessToken $token

Removes one user from one chat with a token that you have.

.EXAMPLE
PS> Connect-ChatAccess
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

    [string] $ClientId,

    [string] $AppName = 'RemoveAllAccessForUserApp',

    [switch] $UseDeviceCode,

    [Security.SecureString] $RefreshToken,

    [Security.SecureString] $AccessToken,

    [string] $Environment,

    [string] $GraphEndpoint,

    [string] $AuthorityHost
)

$ErrorActionPreference = 'Stop'

$given = $PSBoundParameters
function Select-Given([string[]] $Name) {
    $selected = @{}
    foreach ($one in $Name) {
        if ($given.ContainsKey($one)) { $selected[$one] = $given[$one] }
    }
    $selected
}

try {
    # The module of the session, else the one beside this script, else an installed one.
    if (-not (Get-Module -Name ChatAccess)) {
        $beside = Join-Path -Path $PSScriptRoot -ChildPath 'ChatAccess/ChatAccess.psd1'
        Import-Module -Name $(if (Test-Path -LiteralPath $beside) { $beside } else { 'ChatAccess' })
    }
    $place = Select-Given 'Environment', 'GraphEndpoint', 'AuthorityHost'
    $how = Select-Given 'ClientId', 'UseDeviceCode', 'RefreshToken', 'AccessToken'
    # An account of its own, so that the one of the session stays as it is.
    $own = $null
    $context = if ($how.Count -eq 0) { Get-ChatAccessContext }
    if (-not $context) {
        if ($how.Keys -notcontains 'ClientId' -and -not $RefreshToken -and -not $AccessToken) {
            Write-Host "Signing in to find the client app '$AppName' or create it." -ForegroundColor 'Yellow'
            $registrar = Connect-ChatAccess @place @how -TenantId $TenantId -Scope 'Application.ReadWrite.All' -PassThru
            try {
                $app = Register-ChatAccessApp -Name $AppName -Context $registrar -Confirm:$false
            } finally {
                $registrar | Disconnect-ChatAccess
            }
            if ($app.Changes -contains 'Create') {
                Write-Host "Client app created, with id '$($app.ClientId)'." -ForegroundColor 'Yellow'
            } else {
                Write-Host "Client app with id '$($app.ClientId)' found." -ForegroundColor 'Green'
            }
            $how.ClientId = $app.ClientId
        }
        $own = $context = Connect-ChatAccess @place @how -TenantId $TenantId -PassThru
    }
    Write-Host "Connected to $($context.GraphEndpoint) as $($context.Account)." -ForegroundColor 'Green'
} catch {
    Write-Host "RemoveAllAccessForUser could not start: $($_.Exception.Message)" -ForegroundColor 'Red'
    if ($_.ErrorDetails.RecommendedAction) {
        Write-Host "What to do: $($_.ErrorDetails.RecommendedAction)"
    }
    exit 2
}

Write-Host 'Executing RemoveAllAccessForUser request.'
try {
    $removal = @{ TenantId = $TenantId; UserId = $UserId; ThreadId = $ThreadId; Context = $context }
    $outcome = Remove-ChatAccessForUser @removal -ErrorAction SilentlyContinue -ErrorVariable failure
} finally {
    if ($own) {
        $own | Disconnect-ChatAccess
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
