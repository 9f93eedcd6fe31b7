function script:New-ChatAccessContext {
    <#
    .SYNOPSIS
    Returns a ChatAccess.Context object for an account. It never contains the token.
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.Context')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates an object only.')]
    param(
        [Parameter(Mandatory)]
        [long] $Handle
    )

    $native = Get-NativeLibrary
    $buffer = [byte[]]::new(16KB)
    [int] $length = 0
    $status = $native::chat_access_describe($Handle, $buffer, $buffer.Length, [ref] $length)
    if ($status -ne $NativeStatus.Ok) {
        throw (ConvertTo-NativeStatusError $status)
    }
    $about = ConvertFrom-NativeBuffer $buffer $length
    [pscustomobject] @{
        PSTypeName    = 'ChatAccess.Context'
        Account       = $about.account
        TenantId      = $about.tenant_id
        UserId        = $about.user_id
        ClientId      = $about.client_id
        AppName       = $about.app_name
        Scopes        = [string[]] $about.scopes
        AuthType      = $about.auth_type
        TokenSource   = $about.token_source
        Renews        = $about.renews
        ExpiresOn     = ConvertTo-UtcTime $about.expires
        Environment   = $about.environment
        GraphEndpoint = $about.graph_endpoint
        AuthorityHost = $about.authority_host
        Handle        = $Handle
    }
}
