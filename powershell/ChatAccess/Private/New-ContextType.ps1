function script:New-ContextType {
    <#
    .SYNOPSIS
    Creates the type ChatAccess.Context.
    .DESCRIPTION
    It is made with Reflection.Emit for the reason that New-NativeType states. Its members are fields,
    which PowerShell shows as properties. Its constructor is private, so New-Object can't make one.
    #>
    [CmdletBinding()]
    [OutputType([type])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates a type in memory only.')]
    param()

    $type = (New-DynamicModule -Name 'ChatAccess.Accounts').DefineType('ChatAccess.Context', 'Public,Sealed')
    $code = $type.DefineConstructor('Private,HideBySig', 'Standard', [type]::EmptyTypes).GetILGenerator()
    $code.Emit([Reflection.Emit.OpCodes]::Ldarg_0)
    $code.Emit([Reflection.Emit.OpCodes]::Call, [object].GetConstructor([type]::EmptyTypes))
    $code.Emit([Reflection.Emit.OpCodes]::Ret)
    $fields = [ordered] @{
        Account       = [string]
        TenantId      = [string]
        UserId        = [string]
        ClientId      = [string]
        AppName       = [string]
        Scopes        = [string[]]
        AuthType      = [string]
        TokenSource   = [string]
        Renews        = [bool]
        ExpiresOn     = [Nullable[datetime]]
        Environment   = [string]
        GraphEndpoint = [string]
        AuthorityHost = [string]
        Handle        = [long]
    }
    foreach ($field in $fields.GetEnumerator()) {
        $null = $type.DefineField($field.Key, $field.Value, 'Public')
    }
    $type.CreateType()
}
