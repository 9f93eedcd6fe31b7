function script:Get-SearchQuery {
    <#
    .SYNOPSIS
    Returns the filters of a search for the parameters of Find-ChatAccess.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        # The bound parameters.
        [Parameter(Mandatory)]
        [Collections.IDictionary] $Parameter
    )

    $query = @{ include_internal = [bool] $Parameter['IncludeInternal'] }
    foreach ($field in @{
            UserPrincipalName = 'user_principal_name'
            ExternalDomain    = 'external_domain'
            ExternalTenantId  = 'external_tenant_id'
            Operation         = 'operation'
            ThreadId          = 'thread_id'
            ChatType          = 'chat_type'
            TenantId          = 'tenant_id'
            InternalDomain    = 'internal_domain'
        }.GetEnumerator()) {
        if ($Parameter[$field.Key]) { $query[$field.Value] = $Parameter[$field.Key] }
    }
    foreach ($field in @{ After = 'after'; Before = 'before' }.GetEnumerator()) {
        if ($Parameter.ContainsKey($field.Key)) { $query[$field.Value] = $Parameter[$field.Key].ToUniversalTime().ToString('o') }
    }
    $query
}
