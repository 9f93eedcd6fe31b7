# Measures Export-ChatAccessReport in this new process, with 5,000 targets and their outcomes.
param([string] $Module, [string] $Path)

$ErrorActionPreference = 'Stop'
Import-Module $Module

# As a search and a run return them.
$types = & (Get-Module ChatAccess) { Initialize-ChatAccess; Get-ResultType }
$tenant = '5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61'
$texts = {
    $list = $types.TextList::new()
    foreach ($text in $args) { $list.Add($text) }
    , $list
}
$objects = foreach ($number in 1..5000) {
    $target = $types.Target::new()
    $outcome = $types.RemovalOutcome::new()
    $target.TenantId = $outcome.TenantId = $tenant
    $target.UserId = $outcome.UserId = [guid]::NewGuid().ToString()
    $target.ThreadId = $outcome.ThreadId = '19:{0:x32}@thread.v2' -f $number
    $target.UserPrincipalName = $outcome.UserPrincipalName = "firstname.lastname$number@contoso.com"
    $target.ChatType = 'Group'
    $target.External = $true
    $target.ExternalDomain = & $texts 'helpdesk.example'
    $target.ExternalUser = & $texts "support$($number % 50)@helpdesk.example"
    $target.Operation = & $texts 'ChatCreated' 'MessageSent'
    $target.FirstSeen = [datetime]::new(2026, 10, 1).AddMinutes($number).ToString('yyyy-MM-ddTHH:mm:ssZ')
    $target.LastSeen = [datetime]::new(2026, 10, 2).AddMinutes($number).ToString('yyyy-MM-ddTHH:mm:ssZ')
    $target.EventCount = 12
    $target.FirstRecord = "AuditLog_2026-10-01.csv, row $number"
    $target.LastRecord = "AuditLog_2026-10-01.csv, row $($number + 5000)"
    $outcome.Status = 'Removed'
    $outcome.HttpStatus = 204
    $outcome.RequestId = [guid]::NewGuid().ToString()
    $outcome.ClientRequestId = [guid]::NewGuid().ToString()
    $outcome.Attempts = 1
    $outcome.Completed = [datetime]::new(2026, 10, 8).AddMinutes($number).ToString('yyyy-MM-ddTHH:mm:ss.fffZ')
    $target
    $outcome
}
$times = foreach ($round in 1..5) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $objects | Export-ChatAccessReport -Path $Path
    $watch.Elapsed.TotalSeconds
}
$report = Get-Content ([IO.Path]::ChangeExtension($Path, '.json')) -Raw | ConvertFrom-Json
"seconds $(($times | Sort-Object)[2].ToString([cultureinfo]::InvariantCulture))"
"first $($times[0].ToString([cultureinfo]::InvariantCulture))"
"removed $($report.summary.removed)"
