# Searches an export as an administrator would in PowerShell, and prints the seconds without the
# start.
param([string]$Path)

$ErrorActionPreference = 'Stop'
$watch = [Diagnostics.Stopwatch]::StartNew()
$found = Import-Csv -LiteralPath $Path |
    ForEach-Object { $_.AuditData | ConvertFrom-Json } |
    Where-Object { $_.ChatThreadId -and $_.ParticipantInfo.HasForeignTenantUsers }
$watch.Stop()
if (-not $found) { throw 'No chat with external users was found.' }
$watch.Elapsed.TotalSeconds.ToString([cultureinfo]::InvariantCulture)
