function script:Add-SystemProxy {
    <#
    .SYNOPSIS
    Adds to a request the proxies that .NET selects for Microsoft Graph and Entra.
    .DESCRIPTION
    .NET runs the system's configuration script (PAC, WPAD), which the native library can't.
    #>
    [CmdletBinding()]
    param(
        # The request, as chat_access_open documents it. Names the cloud.
        [Parameter(Mandatory)]
        [hashtable] $Request
    )

    $addresses = Get-CloudAddress $Request
    foreach ($service in @{ graph_proxy = $addresses.Graph; authority_proxy = $addresses.Entra }.GetEnumerator()) {
        $address = $service.Value -as [uri]
        if (-not $address -or -not $address.IsAbsoluteUri -or $address.IsLoopback) {
            continue
        }
        try {
            $system = [Net.WebRequest]::DefaultWebProxy
            # .NET returns the address itself, or nothing, where no proxy is needed.
            $proxy = if ($system -and -not $system.IsBypassed($address)) { $system.GetProxy($address) }
            # Without a user name and a password: Authority does not contain them.
            $Request[$service.Key] = if ($proxy -and $proxy -ne $address) { "$($proxy.Scheme)://$($proxy.Authority)" } else { '' }
        } catch {
            # The native library reads the system's settings itself then.
            Microsoft.PowerShell.Utility\Write-Verbose "Can't find the proxy for $($address.Host): $($_.Exception.GetBaseException().Message)"
        }
    }
}
