# Signs the scripts and the Windows libraries of the module before it is packed. The certificate is
# a PFX file in base64 in SIGNING_CERTIFICATE.
param([Parameter(Mandatory)] [string] $Module)

$ErrorActionPreference = 'Stop'
$bytes = [Convert]::FromBase64String($env:SIGNING_CERTIFICATE)
$certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new($bytes, $env:SIGNING_PASSWORD)
Get-ChildItem -LiteralPath $Module -Recurse -File -Include *.ps1, *.psm1, *.psd1, *.ps1xml, *.dll | ForEach-Object {
    $signature = Set-AuthenticodeSignature -LiteralPath $_.FullName -Certificate $certificate -HashAlgorithm SHA256 -IncludeChain NotRoot -TimestampServer 'http://timestamp.digicert.com'
    if ($signature.Status -ne 'Valid') {
        throw "'$($_.FullName)' was not signed: $($signature.StatusMessage)"
    }
}
