function Register-ChatAccessApp {
    <#
    .SYNOPSIS
    Finds or creates the application to sign in with, and returns its id.

    .DESCRIPTION
    Finds the application by its name, or creates it in your tenant: a public client with the redirect URI
    http://localhost and the delegated permission Chat.ReadWrite.All, and nothing else. What an existing one lacks
    of that is added. It waits until Entra knows the application, so that the next sign-in works. Running it again
    changes nothing.

    It needs an account that may register applications, connected with other permissions than removals are:

        Connect-ChatAccess -Scope Application.ReadWrite.All, DelegatedPermissionGrant.ReadWrite.All

    .PARAMETER Name
    The application's display name.

    .PARAMETER GrantConsent
    Consents to the permission, so that nobody is asked at the sign-in: Tenant for all users, which takes a
    Cloud Application Administrator or higher, or User for the connected account only. By default nobody's
    consent is given, and the first sign-in asks for it.

    .PARAMETER Context
    The account, as Connect-ChatAccess -PassThru returned it. By default the current one.

    .PARAMETER WhatIf
    Looks and shows what would be created or changed.

    .PARAMETER Confirm
    Asks before anything is created or changed.

    .OUTPUTS
    ChatAccess.Application with Name, ClientId, ObjectId, TenantId and Changes: what was done of Create, Update,
    Enable and Consent.

    .EXAMPLE
    PS> Connect-ChatAccess -Scope Application.ReadWrite.All, DelegatedPermissionGrant.ReadWrite.All
    PS> $app = Register-ChatAccessApp -GrantConsent Tenant
    PS> Connect-ChatAccess -ClientId $app.ClientId -TenantId $app.TenantId

    Creates the application with the consent for the tenant, and signs in with it.

    .EXAMPLE
    PS> (Register-ChatAccessApp -Name 'Chat cleanup').ClientId

    Finds or creates an application of another name and shows its id.

    .EXAMPLE
    PS> Register-ChatAccessApp -WhatIf

    Shows what would be done.

    .LINK
    Connect-ChatAccess
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('ChatAccess.Application')]
    param(
        [Parameter(Position = 0)]
        [string] $Name = 'RemoveAllAccessForUserApp',

        [ValidateSet('Tenant', 'User')]
        [string] $GrantConsent,

        [PSTypeName('ChatAccess.Context')] $Context
    )

    Initialize-ChatAccess
    $account = Resolve-ChatAccessContext -Cmdlet $PSCmdlet -Context $Context -RecommendedAction (
        'Run Connect-ChatAccess -Scope Application.ReadWrite.All, DelegatedPermissionGrant.ReadWrite.All first.')
    $request = @{
        open    = 'registration'
        account = $account.Handle
        name    = $Name
        consent = if ($GrantConsent) { $GrantConsent.ToLowerInvariant() } else { 'none' }
        change  = $false
    }
    try {
        $app = Invoke-Registration -Cmdlet $PSCmdlet -Request $request
        if ($app.changes) {
            $what = switch ($app.changes) {
                'create' { 'create the application' }
                'update' { 'add what it lacks of redirect URI and permission' }
                'enable' { 'enable it in the tenant' }
                'consent' { "consent to Chat.ReadWrite.All for the $($GrantConsent.ToLowerInvariant())" }
            }
            if (-not $PSCmdlet.ShouldProcess($Name, $what -join ', ')) {
                return
            }
            $request.change = $true
            $app = Invoke-Registration -Cmdlet $PSCmdlet -Request $request
        }
    } catch {
        $PSCmdlet.ThrowTerminatingError($_)
    }
    [pscustomobject] @{
        PSTypeName = 'ChatAccess.Application'
        Name       = $app.name
        ClientId   = $app.app_id
        ObjectId   = $app.object_id
        TenantId   = $app.tenant_id
        Changes    = [string[]] @($app.changes | ForEach-Object { [cultureinfo]::InvariantCulture.TextInfo.ToTitleCase($_) })
    }
}
