function script:Get-ProxyRoute {
    <#
    .SYNOPSIS
    Returns how the native library reaches an address: Proxy is null without a proxy, and Text
    contains no credentials.
    .DESCRIPTION
    An environment variable takes precedence over the proxy that .NET selected.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [uri] $Address,

        # The variable in which the native library found a proxy. On Linux and macOS, it doesn't see
        # variables that were set after the process started.
        [string] $Variable,

        # The proxy that Add-SystemProxy found.
        [string] $SystemProxy
    )

    $direct = @{ Proxy = $null; Text = 'without a proxy' }
    if ($Address.IsLoopback) {
        return $direct
    }
    if ($Variable) {
        $from = "the environment variable $Variable"
        $proxy = "$([Environment]::GetEnvironmentVariable($Variable))".Trim()
        if ($proxy -and $proxy -notmatch '://') { $proxy = "http://$proxy" }
    } else {
        $from = "the system's settings"
        $proxy = $SystemProxy
    }
    if (-not $proxy) {
        return $direct
    }
    foreach ($name in 'NO_PROXY', 'no_proxy') {
        foreach ($entry in "$([Environment]::GetEnvironmentVariable($name))".Split(',')) {
            $entry = $entry.Trim().TrimStart('.')
            if ($entry -and ($entry -eq '*' -or ".$($Address.DnsSafeHost)".EndsWith(".$entry", 'OrdinalIgnoreCase'))) {
                return @{ Proxy = $null; Text = "without a proxy, because of the environment variable $name" }
            }
        }
    }
    $uri = $proxy -as [uri]
    @{ Proxy = $uri; Text = "through the proxy $($uri.Scheme)://$($uri.Authority) of $from" }
}
