function script:Get-ResultField {
    <#
    .SYNOPSIS
    Returns the properties of the types of the module's results: for each its type, and its name in
    the JSON of the native library.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        # The type of lists.
        [Parameter(Mandatory)]
        [type] $List
    )

    @{
        Target         = [ordered] @{
            TenantId          = [string], 'tenant_id'
            UserId            = [string], 'user_id'
            ThreadId          = [string], 'thread_id'
            UserPrincipalName = [string], 'user_principal_name'
            ChatType          = [string], 'chat_type'
            External          = [bool], 'external'
            ExternalTenantId  = $List, 'external_tenants'
            ExternalDomain    = $List, 'external_domains'
            ExternalUser      = $List, 'external_users'
            ExternalName      = $List, 'external_names'
            Operation         = $List, 'operations'
            FirstSeen         = [string], 'first_seen'
            LastSeen          = [string], 'last_seen'
            EventCount        = [long], 'events'
            FirstRecord       = [string], 'first_record'
            LastRecord        = [string], 'last_record'
            Source            = $List, 'sources'
            FoundBy           = [string], 'found_by'
            Unresolved        = [string], 'unresolved'
            UnresolvedReason  = [string], 'reason'
        }
        RemovalOutcome = [ordered] @{
            TenantId          = [string], 'tenant_id'
            UserId            = [string], 'user_id'
            UserPrincipalName = [string], 'user_principal_name'
            ThreadId          = [string], 'thread_id'
            # Of the input. Complete-RemovalOutcome sets it.
            ExternalUser      = $List, 'external_users'
            Status            = [string], 'status'
            HttpStatus        = [Nullable[int]], 'http_status'
            Code              = [string], 'code'
            Message           = [string], 'message'
            NextStep          = [string], 'next_step'
            RequestId         = [string], 'request_id'
            ClientRequestId   = [string], 'client_request_id'
            Attempts          = [int], 'attempts'
            Duration          = [timespan], 'duration_ms'
            Completed         = [string], 'completed'
            Account           = [string], 'account'
            TimesReturned     = [int], 'times_returned'
            PreviouslyRemoved = [string], 'previously_removed'
            Number            = [long], 'item'
        }
    }
}
