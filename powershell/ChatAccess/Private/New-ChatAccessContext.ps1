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
    # Only code that is allowed to see private members can call the constructor.
    $context = [Activator]::CreateInstance((Get-ContextType), $true)
    $context.Account = $about.account
    $context.TenantId = $about.tenant_id
    $context.UserId = $about.user_id
    $context.ClientId = $about.client_id
    $context.AppName = $about.app_name
    $context.Scopes = $about.scopes
    $context.AuthType = $about.auth_type
    $context.TokenSource = $about.token_source
    $context.Renews = $about.renews
    $context.ExpiresOn = ConvertTo-UtcTime $about.expires
    $context.Environment = $about.environment
    $context.GraphEndpoint = $about.graph_endpoint
    $context.AuthorityHost = $about.authority_host
    $context.Handle = $Handle
    $context
}
