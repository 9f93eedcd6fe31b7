# Measures, in this fresh process, the way from Connect-ChatAccess to the outcome of the first removal, with a
# refresh token and beyond the module's own load.
param([string] $Module, [string] $Server)

$ErrorActionPreference = 'Stop'
Import-Module $Module
& (Get-Module ChatAccess) {
    Initialize-ChatAccess
    $null = Get-NativeLibrary
    # Somebody signs in once, for the refresh token. This loads PowerShell's own modules too.
    function script:Get-NonInteractiveReason { }
}
$here = @{ GraphEndpoint = $Server; AuthorityHost = $Server }
Connect-ChatAccess @here -UseDeviceCode 6> $null
$token = Export-ChatAccessToken
$tenant = (Get-ChatAccessContext).TenantId
Disconnect-ChatAccess

$watch = [Diagnostics.Stopwatch]::StartNew()
Connect-ChatAccess @here -RefreshToken $token
$removal = @{ TenantId = $tenant; UserId = 'd864e79f-0000-4000-8000-0eeb4d61fdc2'; ThreadId = "19:$([guid]::NewGuid().ToString('n'))@thread.v2" }
$outcome = Remove-ChatAccessForUser @removal
"first_removal $($watch.Elapsed.TotalMilliseconds)"
if ($outcome.Status -ne 'Removed') {
    throw $outcome
}
