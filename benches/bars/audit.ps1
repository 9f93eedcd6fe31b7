# What an administrator would write, on one export: prints the seconds it takes, without PowerShell's start.
param([string]$Path)

$ErrorActionPreference = 'Stop'
$watch = [Diagnostics.Stopwatch]::StartNew()
$found = Import-Csv -LiteralPath $Path |
    ForEach-Object { $_.AuditData | ConvertFrom-Json } |
    Where-Object { $_.ChatThreadId -and $_.ParticipantInfo.HasForeignTenantUsers }
$watch.Stop()
if (-not $found) { throw 'There are chats with outsiders in it.' }
$watch.Elapsed.TotalSeconds.ToString([cultureinfo]::InvariantCulture)
