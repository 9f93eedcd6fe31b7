# What Find-ChatAccess asks Microsoft Graph for.

function script:Get-OnlineRequest {
    <#
    .SYNOPSIS
    Makes the part of a search's request that is about Graph, of the command's parameters.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Collections.IDictionary] $Parameter,

        # Who is connected, if anybody is.
        [object] $Context
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
    if ($Parameter['ResolveUser']) {
        $request.resolve_users = $true
    }
    if ($request.Count) {
        if (-not $Context) {
            throw (New-ChatAccessError -ErrorId 'NotConnected' -Category ConnectionError -Message (
                    'Nobody is connected to Microsoft Graph, to ask it.') -RecommendedAction (
                    'Run Connect-ChatAccess first, or leave -StartDate, -AuditLog, -Hunting and -ResolveUser out.'))
        }
        $request.account = $Context.Handle
    }
    if ($Parameter['DiscoveryToken']) {
        $request.chats = @{ users = @($Parameter['UserPrincipalName'] | Where-Object { $_ }) }
        if ($Context.Environment -eq 'Custom') {
            $request.chats.graph_endpoint = $Context.GraphEndpoint
            $request.chats.authority_host = $Context.AuthorityHost
        } elseif ($Context) {
            $request.chats.environment = $Context.Environment
        }
    }
    $request
}
