function Get-ChatAccessContext {
    <#
    .SYNOPSIS
    Returns the connected account with its tenant, permissions and expiry.

    .DESCRIPTION
    Reads the claims of the current access token. The token itself is never
    displayed. Returns nothing if no account is connected.

    .OUTPUTS
    ChatAccess.Context, with these properties. A property is empty if the
    token does not contain its value.

    - Account: the user principal name of the signed-in user.
    - TenantId: the tenant that the token belongs to.
    - UserId: the Entra object id of the signed-in user.
    - ClientId: the id of the application that the user signed in with.
    - AppName: the name of that application.
    - Scopes: the delegated permissions of the token. Removals need
      Chat.ReadWrite.All.
    - AuthType: Delegated, or AppOnly for the token of an application, with
      which the service accepts no removals.
    - TokenSource: how the account was connected: Browser, DeviceCode,
      RefreshToken or AccessToken.
    - Renews: whether tokens are renewed automatically. If not, removals
      fail once the token has expired.
    - ExpiresOn: the time when the current token expires, in UTC.
    - Environment: Global, USGov or USGovDoD, or Custom for addresses of
      your own.
    - GraphEndpoint: the address of Microsoft Graph.
    - AuthorityHost: the address of the Entra sign-in service.
    - Handle: the account's number in the native library. The other commands
      use it.

    .EXAMPLE
    PS> Get-ChatAccessContext

    Shows the current account.

    .EXAMPLE
    PS> (Get-ChatAccessContext).Scopes -contains 'Chat.ReadWrite.All'

    Checks that the token has the permission for removals.

    .LINK
    Connect-ChatAccess
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.Context')]
    param()

    Initialize-ChatAccess
    $current = Resolve-ChatAccessContext -Cmdlet $PSCmdlet -AllowNone
    if (-not $current) {
        return
    }
    try {
        New-ChatAccessContext -Handle $current.Handle
    } catch {
        $PSCmdlet.ThrowTerminatingError($_)
    }
}
