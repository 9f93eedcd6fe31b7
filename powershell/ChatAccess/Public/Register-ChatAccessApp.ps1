function Register-ChatAccessApp {
    <#
    .SYNOPSIS
    Finds or creates the application to sign in with, and returns its id.

    .DESCRIPTION
    Finds the application by its name or creates it in your tenant: a public
    client with the redirect URI http://localhost and the delegated
    permission Chat.ReadWrite.All, and nothing else. If an existing
    application lacks the redirect URI or the permission, the command adds
    it. The command waits until Entra knows the application, so that the
    next sign-in works. Running it again changes nothing.

    It needs an account that can register applications, which you connect
    with other permissions than for removals:

        Connect-ChatAccess -Scope Application.ReadWrite.All,
            DelegatedPermissionGrant.ReadWrite.All

    .PARAMETER Name
    The display name of the application. The default is
    RemoveAllAccessForUserApp.

    .PARAMETER GrantConsent
    Grants consent to the permission, so that the sign-in does not prompt
    for it. Tenant grants it for all users and needs a Cloud Application
    Administrator or higher. User grants it for the connected account only.
    By default no consent is granted, and the first sign-in prompts for it.

    .PARAMETER Context
    The account, as Connect-ChatAccess -PassThru returned it. The default
    is the current account.

    .PARAMETER WhatIf
    Finds the application and shows what would be created or changed.

    .PARAMETER Confirm
    Prompts for confirmation before anything is created or changed.

    .OUTPUTS
    ChatAccess.Application, with these properties:

    - Name: the display name.
    - ClientId: the application's client id. Pass it to Connect-ChatAccess
      -ClientId.
    - ObjectId: the object id of the application in the directory.
    - TenantId: the tenant of the application.
    - Changes: what the command changed: Create (created the application),
      Update (added the redirect URI or the permission), Enable (enabled it
      in the tenant) and Consent (granted consent). Empty if nothing was
      changed.

    .EXAMPLE
    PS> $app = Register-ChatAccessApp -GrantConsent Tenant
    PS> Connect-ChatAccess -ClientId $app.ClientId -TenantId $app.TenantId

    Finds or creates the application, grants consent for all users of the
    tenant, and signs in with it.

    .EXAMPLE
    PS> (Register-ChatAccessApp -Name 'Chat cleanup').ClientId

    Finds or creates an application with another name and returns its client
    id.

    .EXAMPLE
    PS> Register-ChatAccessApp -WhatIf

    Shows what would be created or changed.

    .LINK
    Connect-ChatAccess
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium', PositionalBinding = $false)]
    [OutputType('ChatAccess.Application')]
    param(
        [Parameter(Position = 0)]
        [string] $Name = 'RemoveAllAccessForUserApp',

        [ValidateSet('Tenant', 'User')]
        [string] $GrantConsent,

        [AllowNull()]
        [object] $Context
    )

    Initialize-ChatAccess
    $account = Resolve-ChatAccessContext -Cmdlet $PSCmdlet -Parameter $PSBoundParameters -RecommendedAction (
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
                'update' { 'add the missing redirect URI or permission' }
                'enable' { 'enable it in the tenant' }
                'consent' { "grant consent to Chat.ReadWrite.All for the $($GrantConsent.ToLowerInvariant())" }
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
        Changes    = [string[]] @(foreach ($one in $app.changes) { [cultureinfo]::InvariantCulture.TextInfo.ToTitleCase($one) })
    }
}
