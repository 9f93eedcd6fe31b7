function Connect-ChatAccess {
    <#
    .SYNOPSIS
    Signs in to Microsoft Graph for removing users' access to chats.

    .DESCRIPTION
    Signs in as an administrator, with no other module installed: in the browser where there is a desktop, or
    with a code on another device. For jobs without a person it takes a refresh token, which Export-ChatAccessToken
    returns after one sign-in. It also takes an access token that you have, or that of a connected Microsoft.Graph
    session.

    The sign-in must be a person's: the service takes no application permissions, so a managed identity, a
    certificate or a client secret can't do this. It needs the delegated permission Chat.ReadWrite.All.

    Tokens are kept in the native library's memory, are renewed by themselves while a run goes on, are wiped when
    you disconnect, and are never shown. In a session where nobody can sign in, such as a runbook, the command
    fails at once and says what to do.

    .PARAMETER UseDeviceCode
    Shows a code to enter in a browser on any device, in place of opening one here.

    .PARAMETER RefreshToken
    Signs in with this refresh token, without a person. It changes when it is used: store the new one, which
    Export-ChatAccessToken returns.

    .PARAMETER AccessToken
    An access token for Microsoft Graph, as a SecureString. It can't be renewed.

    .PARAMETER UseMgGraphSession
    Takes the access token of the session that Connect-MgGraph made. It can't be renewed.

    .PARAMETER TenantId
    The tenant to sign in to: its id, or one of its domains. By default the home tenant of whoever signs in. A
    token of another tenant is refused.

    .PARAMETER ClientId
    The id of the application to sign in with. By default Microsoft's own Microsoft Graph Command Line Tools;
    Register-ChatAccessApp finds or creates one of your own.

    .PARAMETER Scope
    The permissions to ask for. By default Chat.ReadWrite.All.

    .PARAMETER Environment
    The cloud of your tenant: Global (also for GCC), USGov (GCC High) or USGovDoD. Microsoft Graph in China
    has no such action.

    .PARAMETER GraphEndpoint
    The address of another Microsoft Graph, such as a test server: https, or http on this computer.

    .PARAMETER AuthorityHost
    The address of another Entra login service: https, or http on this computer.

    .PARAMETER PassThru
    Returns the context and leaves the current one as it is, for runs with several accounts.

    .OUTPUTS
    Nothing; with -PassThru a ChatAccess.Context, as Get-ChatAccessContext returns it.

    .EXAMPLE
    PS> Connect-ChatAccess

    Signs in through the browser.

    .EXAMPLE
    PS> Connect-ChatAccess -UseDeviceCode -TenantId contoso.com

    Signs in to one tenant with a code, from a console without a browser.

    .EXAMPLE
    PS> Connect-ChatAccess -RefreshToken (Get-Secret ChatAccess)
    PS> Set-Secret ChatAccess (Export-ChatAccessToken)

    Signs in without a person, with a refresh token from SecretManagement, and stores the new one.

    .EXAMPLE
    PS> $token = Read-Host -AsSecureString -Prompt 'Token'
    PS> Connect-ChatAccess -AccessToken $token

    Connects with a token that you paste.

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
    [CmdletBinding(DefaultParameterSetName = 'Browser')]
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
        [string[]] $Scope,

        [string] $Environment,

        [string] $GraphEndpoint,

        [string] $AuthorityHost,

        [switch] $PassThru
    )

    Initialize-ChatAccess
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
    $PSCmdlet.WriteVerbose("Connected to $($context.GraphEndpoint) as $($context.Account).")
    if ($PassThru) {
        return $context
    }
    Disconnect-ChatAccess -Confirm:$false -WhatIf:$false
    $script:CurrentContext = $context
}
