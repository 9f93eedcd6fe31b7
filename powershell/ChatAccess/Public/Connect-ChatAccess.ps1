function Connect-ChatAccess {
    <#
    .SYNOPSIS
    Connects to Microsoft Graph for removing users' access to chats.

    .DESCRIPTION
    Connects with an access token that you have. The token must be a delegated one, for Microsoft Graph, with
    the permission Chat.ReadWrite.All: the service takes no application permissions, so a managed identity, a
    certificate or a client secret can't do this.

    The token is kept in the native library's memory, is wiped when you disconnect, and is never shown.

    .PARAMETER AccessToken
    An access token for Microsoft Graph, as a SecureString.

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
    PS> $token = Read-Host -AsSecureString -Prompt 'Token'
    PS> Connect-ChatAccess -AccessToken $token

    Connects with a token that you paste.

    .EXAMPLE
    PS> Connect-ChatAccess -AccessToken (Get-AzAccessToken -ResourceTypeName MSGraph -AsSecureString).Token

    Connects with a token of a signed-in Az session, where its application has the permission.

    .EXAMPLE
    PS> Connect-ChatAccess -AccessToken $token -Environment USGov

    Connects to the GCC High cloud.

    .LINK
    Remove-ChatAccessForUser
    .LINK
    Get-ChatAccessContext
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.Context')]
    param(
        [Parameter(Mandatory)]
        [ValidateNotNull()]
        [Security.SecureString] $AccessToken,

        [string] $Environment,

        [string] $GraphEndpoint,

        [string] $AuthorityHost,

        [switch] $PassThru
    )

    Initialize-ChatAccess
    $request = @{ open = 'account' }
    if ($PSBoundParameters.ContainsKey('Environment')) { $request.environment = $Environment }
    if ($PSBoundParameters.ContainsKey('GraphEndpoint')) { $request.graph_endpoint = $GraphEndpoint }
    if ($PSBoundParameters.ContainsKey('AuthorityHost')) { $request.authority_host = $AuthorityHost }
    try {
        $handle = Open-NativeHandle -Request $request -Secret $AccessToken
    } catch {
        $PSCmdlet.ThrowTerminatingError($_)
    }
    $context = New-ChatAccessContext -Handle $handle
    $PSCmdlet.WriteVerbose("Connected to $($context.GraphEndpoint) as $($context.Account).")
    if ($PassThru) {
        return $context
    }
    Disconnect-ChatAccess -Confirm:$false -WhatIf:$false
    $script:Context = $context
}
