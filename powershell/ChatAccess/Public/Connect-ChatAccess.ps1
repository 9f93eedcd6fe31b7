function Connect-ChatAccess {
    <#
    .SYNOPSIS
    Signs in to Microsoft Graph to remove users' access to chats.

    .DESCRIPTION
    Signs in as an administrator, without any other module: in the browser
    where there is a desktop, otherwise with a code that you enter on
    another device. A job without a user signs in with a refresh token,
    which Export-ChatAccessToken returns after an interactive sign-in. The
    command also accepts an access token that you already have, and the
    token of a connected Microsoft.Graph session.

    The sign-in must be that of a user. The service accepts no application
    permissions, so a managed identity, a certificate or a client secret
    can't be used. The sign-in needs the delegated permission
    Chat.ReadWrite.All.

    Tokens stay in the memory of the native library, are never displayed,
    and are wiped when you disconnect. They are renewed automatically, also
    during a long run, except for an access token and the token of a
    Microsoft.Graph session. In a session where interactive sign-in isn't
    possible, such as a runbook, the command fails at once and tells you
    what to do.

    .PARAMETER UseDeviceCode
    Shows a code to enter in a browser on any device, instead of opening a
    browser on this computer. Works wherever you see the output of the
    session, such as in remoting and in notebooks, but not in Azure
    Automation and with -NonInteractive.

    .PARAMETER RefreshToken
    The refresh token to sign in with, without a user. It changes when it
    is used: store the new one, which Export-ChatAccessToken returns.

    .PARAMETER AccessToken
    An access token for Microsoft Graph. It can't be renewed.

    .PARAMETER UseMgGraphSession
    Uses the access token of the session that Connect-MgGraph opened. It
    can't be renewed.

    .PARAMETER TenantId
    The tenant to sign in to: its id or one of its domains. The default is
    the home tenant of the account that signs in. A token of another tenant
    is rejected. Specify it for every sign-in, so that no other account can
    be substituted for yours.

    .PARAMETER ClientId
    The id of the application to sign in with. The default is Microsoft's
    own application Microsoft Graph Command Line Tools.
    Register-ChatAccessApp finds or creates an application in your tenant.

    .PARAMETER Scope
    The delegated permissions to request. The default is
    Chat.ReadWrite.All.

    .PARAMETER Environment
    The cloud of your tenant: Global (also for GCC), USGov (GCC High) or
    USGovDoD. The default is Global. Microsoft Graph in China (21Vianet)
    does not have this API.

    .PARAMETER GraphEndpoint
    The address of a different Microsoft Graph, such as a test server. It
    must use https, or http on a loopback address.

    .PARAMETER AuthorityHost
    The address of a different Entra sign-in service, such as a test
    server. It must use https, or http on a loopback address.

    .PARAMETER PassThru
    Returns the context of the account and leaves the current account
    unchanged. Use it to work with several accounts.

    .OUTPUTS
    None. With -PassThru, a ChatAccess.Context object. The help of
    Get-ChatAccessContext explains its properties.

    .EXAMPLE
    PS> Connect-ChatAccess

    Signs in with the browser.

    .EXAMPLE
    PS> Connect-ChatAccess -UseDeviceCode -TenantId contoso.com

    Signs in to one tenant with a code, from a console without a browser.

    .EXAMPLE
    PS> Connect-ChatAccess -RefreshToken (Get-Secret ChatAccess)
    PS> Set-Secret ChatAccess (Export-ChatAccessToken)

    Signs in without a user, with a refresh token from a SecretManagement
    vault, and stores the new token.

    .EXAMPLE
    PS> $token = Read-Host -AsSecureString -Prompt 'Token'
    PS> Connect-ChatAccess -AccessToken $token

    Connects with an access token that you paste.

    .EXAMPLE
    PS> Connect-MgGraph -Scopes Chat.ReadWrite.All
    PS> Connect-ChatAccess -UseMgGraphSession

    Connects with the token of a Microsoft.Graph session.

    .LINK
    Remove-ChatAccessForUser
    .LINK
    Get-ChatAccessContext
    .LINK
    Export-ChatAccessToken
    #>
    [CmdletBinding(DefaultParameterSetName = 'Browser', PositionalBinding = $false)]
    [OutputType('ChatAccess.Context')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'DeviceCode')]
        [switch] $UseDeviceCode,

        [Parameter(Mandatory, ParameterSetName = 'RefreshToken')]
        [ValidateNotNull()]
        [Security.SecureString] $RefreshToken,

        [Parameter(Mandatory, ParameterSetName = 'AccessToken')]
        [ValidateNotNull()]
        [Security.SecureString] $AccessToken,

        [Parameter(Mandatory, ParameterSetName = 'MgGraphSession')]
        [switch] $UseMgGraphSession,

        [string] $TenantId,

        [Parameter(ParameterSetName = 'Browser')]
        [Parameter(ParameterSetName = 'DeviceCode')]
        [Parameter(ParameterSetName = 'RefreshToken')]
        [string] $ClientId,

        [Parameter(ParameterSetName = 'Browser')]
        [Parameter(ParameterSetName = 'DeviceCode')]
        [Parameter(ParameterSetName = 'RefreshToken')]
        [ArgumentCompleter({ foreach ($one in 'Chat.ReadWrite.All', 'AuditLogsQuery.Read.All', 'ThreatHunting.Read.All', 'User.ReadBasic.All', 'Application.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All') { if ($one -like "$($args[2])*") { $one } } })]
        [string[]] $Scope,

        [ArgumentCompleter({ foreach ($one in 'Global', 'USGov', 'USGovDoD') { if ($one -like "$($args[2])*") { $one } } })]
        [string] $Environment,

        [string] $GraphEndpoint,

        [string] $AuthorityHost,

        [switch] $PassThru
    )

    Initialize-ChatAccess
    Clear-AbandonedRun $PSCmdlet
    $request = @{}
    foreach ($field in @{
            TenantId      = 'tenant'
            ClientId      = 'client_id'
            Scope         = 'scopes'
            Environment   = 'environment'
            GraphEndpoint = 'graph_endpoint'
            AuthorityHost = 'authority_host'
        }.GetEnumerator()) {
        if ($PSBoundParameters.ContainsKey($field.Key)) { $request[$field.Value] = $PSBoundParameters[$field.Key] }
    }
    try {
        Add-SystemProxy $request
        switch ($PSCmdlet.ParameterSetName) {
            { $_ -in 'AccessToken', 'MgGraphSession' } {
                $request.open = 'account'
                $token = if ($UseMgGraphSession) { Get-MgGraphToken } else { $AccessToken }
                $handle = Open-NativeHandle -Request $request -Secret $token
            }
            'RefreshToken' {
                $request.open = 'sign_in'
                $request.method = 'refresh_token'
                $handle = Invoke-SignIn -Cmdlet $PSCmdlet -Request $request -Secret $RefreshToken
            }
            default {
                $request.open = 'sign_in'
                $request.method = Get-SignInMethod -UseDeviceCode:$UseDeviceCode
                $handle = Invoke-SignIn -Cmdlet $PSCmdlet -Request $request
            }
        }
    } catch {
        $PSCmdlet.ThrowTerminatingError($_)
    }
    $context = New-ChatAccessContext -Handle $handle
    # The types of the results, so that the shell completes their properties.
    $null = Get-ResultType
    $PSCmdlet.WriteVerbose("Connected to $($context.GraphEndpoint) as $($context.Account).")
    if ($PassThru) {
        return $context
    }
    Disconnect-ChatAccess -Confirm:$false -WhatIf:$false
    $script:CurrentContext = $context
}
