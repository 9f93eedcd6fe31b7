function script:Get-ServerCertificate {
    <#
    .SYNOPSIS
    Returns the certificate that a host presents to this computer, directly or through a proxy.
    .DESCRIPTION
    Whether the certificate is accepted is the decision of the native library, which does not say who
    issued it. This connection accepts every certificate, to read the name of an issuer that this
    computer doesn't trust. It ends after the handshake, and nothing is sent over it.
    #>
    [CmdletBinding()]
    [OutputType([Security.Cryptography.X509Certificates.X509Certificate2])]
    param(
        [Parameter(Mandatory)]
        [uri] $Address,

        [uri] $Proxy
    )

    $limit = 5000
    $next = if ($Proxy) { $Proxy } else { $Address }
    $client = [Net.Sockets.TcpClient]::new()
    $tls = $null
    try {
        if (-not $client.ConnectAsync($next.DnsSafeHost, $next.Port).Wait($limit)) {
            throw "There is no connection to $($next.Authority) after $($limit / 1000) seconds."
        }
        $stream = $client.GetStream()
        $stream.ReadTimeout = $stream.WriteTimeout = $limit
        if ($Proxy) {
            Open-ProxyTunnel -Stream $stream -Address $Address -Proxy $Proxy
        }
        $accept = [Net.Security.RemoteCertificateValidationCallback] { $true }
        $tls = [Net.Security.SslStream]::new($stream, $true, $accept)
        # TLS 1.2, which older versions of .NET do not select themselves.
        $tls.AuthenticateAsClient($Address.DnsSafeHost, $null, [Security.Authentication.SslProtocols] 3072, $false)
        [Security.Cryptography.X509Certificates.X509Certificate2]::new($tls.RemoteCertificate)
    } finally {
        if ($tls) { $tls.Dispose() }
        $client.Close()
    }
}
