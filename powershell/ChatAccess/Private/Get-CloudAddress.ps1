function script:Get-CloudAddress {
    <#
    .SYNOPSIS
    Returns the addresses of Microsoft Graph and of Entra for a request to the native library.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        # The request, as chat_access_open documents it. Names the cloud.
        [Parameter(Mandatory)]
        [hashtable] $Request
    )

    # The native library has the same addresses. It refuses unknown environments.
    $graph, $authority = switch ($Request['environment']) {
        'USGov' { 'https://graph.microsoft.us', 'https://login.microsoftonline.us' }
        'USGovDoD' { 'https://dod-graph.microsoft.us', 'https://login.microsoftonline.us' }
        default { 'https://graph.microsoft.com', 'https://login.microsoftonline.com' }
    }
    if ($Request['graph_endpoint']) { $graph = $Request['graph_endpoint'] }
    if ($Request['authority_host']) { $authority = $Request['authority_host'] }
    @{ Graph = $graph; Entra = $authority }
}
