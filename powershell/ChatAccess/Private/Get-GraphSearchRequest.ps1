function script:Get-GraphSearchRequest {
    <#
    .SYNOPSIS
    Returns the part of a search's request that concerns Microsoft Graph, for the parameters of
    Find-ChatAccess.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The bound parameters.
        [Parameter(Mandatory)]
        [Collections.IDictionary] $Parameter
    )

    $span = @{}
    foreach ($field in @{ StartDate = 'start'; EndDate = 'end' }.GetEnumerator()) {
        if ($Parameter.ContainsKey($field.Key)) { $span[$field.Value] = $Parameter[$field.Key].ToUniversalTime().ToString('o') }
    }
    $request = @{}
    if ($Parameter['AuditLog'] -or ($span.Count -and -not $Parameter['Hunting'])) {
        $request.audit_query = $span
    }
    if ($Parameter['Hunting']) {
        $request.hunting = $span
    }
    if ($Parameter['IncidentId'] -or $Parameter['AlertId']) {
        $request.alerts = @{
            incidents = @(foreach ($id in $Parameter['IncidentId']) { $id })
            alerts    = @(foreach ($id in $Parameter['AlertId']) { $id })
        }
    }
    if ($Parameter['ResolveUser']) {
        $request.resolve_users = $true
    }
    $needsAccount = $request.Count -gt 0
    $context = Resolve-ChatAccessContext -Cmdlet $Cmdlet -Parameter $Parameter -AllowNone:(-not $needsAccount) -RecommendedAction (
        'Run Connect-ChatAccess first, or omit -StartDate, -EndDate, -AuditLog, -Hunting, -IncidentId, -AlertId and -ResolveUser.')
    if ($needsAccount) {
        $request.account = $context.Handle
    }
    if ($Parameter['DiscoveryToken']) {
        $request.chats = @{ users = @(foreach ($user in $Parameter['UserPrincipalName']) { if ($user) { $user } }) }
        if ($context.Environment -eq 'Custom') {
            $request.chats.graph_endpoint = $context.GraphEndpoint
            $request.chats.authority_host = $context.AuthorityHost
        } elseif ($context) {
            $request.chats.environment = $context.Environment
        }
        Add-SystemProxy $request.chats
    }
    $request
}
