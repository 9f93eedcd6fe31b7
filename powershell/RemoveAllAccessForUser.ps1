<#
.SYNOPSIS
Removes a user's access to a Teams chat, like Microsoft's sample script.

.DESCRIPTION
Has the three parameters of the sample script and does the same work
with the same messages: it finds the client app
'RemoveAllAccessForUserApp' or creates it, signs in with it, and removes
the access. It uses the ChatAccess module, so it installs nothing, waits
when the service throttles requests, and returns an exit code.

If Connect-ChatAccess has connected an account in this session, the
script uses it. With -ClientId, -RefreshToken or -AccessToken, the
script needs no client app of its own and signs in once or not at all.

Exit codes: 0, removed; 1, not removed; 2, not started, because the
module, the client app or the sign-in is missing.

.PARAMETER TenantId
The home tenant of the user whose access is removed. The default is the
tenant of the account that is connected or signs in.

.PARAMETER UserId
The Entra object id of the user whose access is removed, or the user
principal name. A name needs the permission User.ReadBasic.All.

.PARAMETER ThreadId
The id of the chat to remove access to.

.PARAMETER ClientId
The application to sign in with, instead of the client app that the
script finds or creates.

.PARAMETER AppName
The name of the client app to find or create.

.PARAMETER UseDeviceCode
Signs in with a code on another device, instead of the browser.

.PARAMETER RefreshToken
The refresh token to sign in with, without a user.

.PARAMETER AccessToken
A delegated access token for Microsoft Graph with the permission
Chat.ReadWrite.All.

.PARAMETER Environment
The cloud of the tenant: Global, USGov or USGovDoD.

.PARAMETER GraphEndpoint
The address of a different Microsoft Graph, such as a test server.

.PARAMETER AuthorityHost
The address of a different Entra sign-in service, such as a test
server.

.OUTPUTS
None. The script writes messages to the console and sets its exit code.

.EXAMPLE
PS> $chat = @{ TenantId = $tenant; UserId = $user; ThreadId = $thread }
PS> ./RemoveAllAccessForUser.ps1 @chat

Finds or creates the client app, signs in with the browser, and removes
the access, as the sample script does.

.EXAMPLE
PS> ./RemoveAllAccessForUser.ps1 @chat -AccessToken $token

Removes the access with a token that you already have.

.EXAMPLE
PS> Connect-ChatAccess
PS> ./RemoveAllAccessForUser.ps1 @chat

Removes the access with the connected account.
#>
[CmdletBinding(PositionalBinding = $false)]
param(
    [Parameter(Position = 0)]
    [string] $TenantId,

    [Parameter(Mandatory, Position = 1)]
    [string] $UserId,

    [Parameter(Mandatory, Position = 2)]
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

$bound = $PSBoundParameters
function Select-Parameter([string[]] $Name) {
    $selected = @{}
    foreach ($one in $Name) {
        if ($bound.ContainsKey($one)) { $selected[$one] = $bound[$one] }
    }
    $selected
}

try {
    # The module that the session has imported, the one that contains this script, the one in a clone
    # of the repository, or an installed one.
    if (-not (Get-Module -Name ChatAccess)) {
        $module = 'ChatAccess'
        foreach ($local in "$PSScriptRoot/ChatAccess.psd1", "$PSScriptRoot/ChatAccess/ChatAccess.psd1") {
            if (Test-Path -LiteralPath $local) {
                $module = $local
                break
            }
        }
        Import-Module -Name $module
    }
    $cloud = Select-Parameter 'Environment', 'GraphEndpoint', 'AuthorityHost'
    $tenant = Select-Parameter 'TenantId'
    $signIn = Select-Parameter 'ClientId', 'UseDeviceCode', 'RefreshToken', 'AccessToken'
    # The session keeps its own account, if this script has to connect one.
    $opened = $null
    $context = if ($signIn.Count -eq 0) { Get-ChatAccessContext }
    if (-not $context) {
        if ($signIn.Keys -notcontains 'ClientId' -and -not $RefreshToken -and -not $AccessToken) {
            Write-Host "Signing in to find or create the client app '$AppName'." -ForegroundColor 'Yellow'
            $registrar = Connect-ChatAccess @cloud @signIn @tenant -Scope 'Application.ReadWrite.All' -PassThru
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
            $signIn.ClientId = $app.ClientId
            # The new app is known only in the tenant that it was registered in.
            $tenant.TenantId = $app.TenantId
        }
        if ($UserId -like '*@*' -and -not $RefreshToken -and -not $AccessToken) {
            # The permission to look up the object id.
            $signIn.Scope = 'Chat.ReadWrite.All', 'User.ReadBasic.All'
        }
        $opened = $context = Connect-ChatAccess @cloud @signIn @tenant -PassThru
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
    $removal = @{ UserId = $UserId; ThreadId = $ThreadId; Context = $context }
    $outcome = Remove-ChatAccessForUser @tenant @removal -ErrorAction SilentlyContinue -ErrorVariable failure
} finally {
    if ($opened) {
        $opened | Disconnect-ChatAccess
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
