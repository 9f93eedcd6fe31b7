# Measures, in this new process, the time from Connect-ChatAccess with a refresh token to the
# outcome of the first removal. Loading the module and its library is not included.
param([string] $Module, [string] $Server)

$ErrorActionPreference = 'Stop'
Import-Module $Module
& (Get-Module ChatAccess) {
    Initialize-ChatAccess
    $null = Get-NativeLibrary
    # The first sign-in obtains the refresh token and loads PowerShell's own modules.
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
