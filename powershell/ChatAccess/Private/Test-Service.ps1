function script:Test-Service {
    <#
    .SYNOPSIS
    Checks the connection to one service and its certificate, for Test-ChatAccess.
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.CheckResult')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The script blocks use them.')]
    param(
        # Graph or Entra.
        [Parameter(Mandatory)]
        [string] $Name,

        [Parameter(Mandatory)]
        [uri] $Address,

        # What Invoke-Probe returned.
        [hashtable] $Found,

        # The proxy that Add-SystemProxy found.
        [string] $SystemProxy
    )

    $response = if ($Found[$Name]) { $Found[$Name].Event }
    $route = Get-ProxyRoute -Address $Address -Variable $response.proxy_variable -SystemProxy $SystemProxy
    # The status of a response to a request without a token.
    $expected = if ($Name -eq 'Graph') { 401 } else { 200 }
    Invoke-Check $Name {
        if (-not $response) {
            return @{ Passed = $null; Message = "Not checked, because the native library can't be used." }
        }
        if ($response.message) {
            $step = if ($response.next_step) { $response.next_step } else { "Check the network, the name resolution and the firewall: this computer must reach $($Address.Authority) over HTTPS." }
            return @{ Passed = $false; Message = "$($Address.Authority) can't be reached $($route.Text): $($response.message.TrimEnd('.'))."; NextStep = $step }
        }
        if (-not $response.request_id -and $response.status -ne $expected) {
            return @{
                Passed   = $false
                Message  = "Something between this computer and $($Address.Authority) responded with status $($response.status), $($route.Text)."
                NextStep = 'Ask the owner of the proxy or of the security product to let this computer reach the host. See docs/network.md.'
            }
        }
        $isFaulty = $response.status -ge 500
        @{
            Passed   = -not $isFaulty
            Message  = "$($Address.Authority) responds $($route.Text)$(if ($isFaulty) { ", but with status $($response.status)" })."
            NextStep = if ($isFaulty) { 'The service has a fault. Try again later.' }
        }
    }
    Invoke-Check "$Name certificate" {
        if ($Address.Scheme -ne 'https') {
            return @{ Passed = $null; Message = "Not checked, because $($Address.Authority) uses no TLS." }
        }
        $isRejected = "$($response.message)".StartsWith('the certificate ')
        if (-not $response -or ($response.message -and -not $isRejected)) {
            return @{ Passed = $null; Message = "Not checked, because $($Address.Authority) can't be reached." }
        }
        $issuer = try {
            (Get-ServerCertificate -Address $Address -Proxy $route.Proxy).Issuer
        } catch {
            $null = $_
        }
        $by = if ($issuer) { "It was issued by '$issuer'." } else { "Its issuer can't be read." }
        if ($isRejected) {
            return @{ Passed = $false; Message = "This computer doesn't accept the certificate of $($Address.Authority). $by"; NextStep = $response.next_step }
        }
        $isInspected = $issuer -and $issuer -notmatch 'O="?(DigiCert|Microsoft Corporation|Entrust)' -and $Address.Host -match '\.microsoft(online)?\.(com|us)$'
        @{
            Passed   = $true
            Message  = "This computer accepts the certificate of $($Address.Authority). $by$(if ($isInspected) { ' Microsoft uses other issuers, so a proxy or a security product inspects the connection.' })"
            NextStep = if ($isInspected) { 'If responses are slow or incomplete, exempt the host from inspection. See docs/network.md.' }
        }
    }
}
