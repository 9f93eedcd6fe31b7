function script:Open-ProxyTunnel {
    <#
    .SYNOPSIS
    Asks a proxy for a connection to an address. The stream leads there afterwards.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [IO.Stream] $Stream,

        [Parameter(Mandatory)]
        [uri] $Address,

        [Parameter(Mandatory)]
        [uri] $Proxy
    )

    if ($Proxy.Scheme -ne 'http') {
        throw 'The connection to the proxy itself is encrypted.'
    }
    $target = "$($Address.DnsSafeHost):$($Address.Port)"
    $lines = @("CONNECT $target HTTP/1.1", "Host: $target")
    if ($Proxy.UserInfo) {
        $credentials = [Text.Encoding]::UTF8.GetBytes([uri]::UnescapeDataString($Proxy.UserInfo))
        $lines += "Proxy-Authorization: Basic $([Convert]::ToBase64String($credentials))"
    }
    $request = [Text.Encoding]::ASCII.GetBytes(($lines -join "`r`n") + "`r`n`r`n")
    $Stream.Write($request, 0, $request.Length)
    # Byte by byte, because the bytes after the head belong to the host. Heads are a few lines.
    $head = [Text.StringBuilder]::new()
    while ($head.Length -lt 16KB -and -not $head.ToString().EndsWith("`r`n`r`n")) {
        $byte = $Stream.ReadByte()
        if ($byte -lt 0) { break }
        $null = $head.Append([char] $byte)
    }
    if ($head.ToString() -notmatch '^HTTP/1\.\d (?<status>\d{3})' -or $Matches.status -ne '200') {
        $status = if ($Matches.status) { " (HTTP status $($Matches.status))" }
        throw "The proxy refused the connection$status."
    }
}
