function Get-ChatAccessContext {
    <#
    .SYNOPSIS
    Shows who is connected, to which tenant and cloud, and until when.

    .DESCRIPTION
    Reads the claims of the current access token. They tell which account, tenant, application and
    permissions it stands for and when it ends. The token itself is never shown.

    Returns nothing where nobody is connected.

    .OUTPUTS
    ChatAccess.Context with Account, TenantId, UserId, ClientId, AppName, Scopes, AuthType, TokenSource (how the
    session was made: Browser, DeviceCode, RefreshToken or AccessToken), Renews (whether new tokens come by
    themselves), ExpiresOn (UTC, of the present token), Environment, GraphEndpoint, AuthorityHost and Handle. What
    the token does not say is empty.

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
