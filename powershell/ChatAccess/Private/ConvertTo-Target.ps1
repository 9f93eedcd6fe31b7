function script:ConvertTo-Target {
    <#
    .SYNOPSIS
    Converts a target of the native library to a ChatAccess.Target object.
    #>
    param([object] $Received)

    [pscustomobject] @{
        PSTypeName        = 'ChatAccess.Target'
        TenantId          = $Received.tenant_id
        UserId            = $Received.user_id
        ThreadId          = $Received.thread_id
        UserPrincipalName = $Received.user_principal_name
        ChatType          = $Received.chat_type
        External          = $Received.external
        ExternalTenantId  = ConvertTo-TargetList $Received.external_tenants
        ExternalDomain    = ConvertTo-TargetList $Received.external_domains
        ExternalUser      = ConvertTo-TargetList $Received.external_users
        Operation         = ConvertTo-TargetList $Received.operations
        FirstSeen         = ConvertTo-UtcTime $Received.first_seen
        LastSeen          = ConvertTo-UtcTime $Received.last_seen
        EventCount        = $Received.events
        Source            = ConvertTo-TargetList $Received.sources
        FoundBy           = $Received.found_by
        Unresolved        = $Received.unresolved
        UnresolvedReason  = $Received.reason
    }
}
