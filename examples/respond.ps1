<#
.SYNOPSIS
Responds to an incident at a desk: finds the chats of external users, and removes your users' access to them.

.DESCRIPTION
Block the external users first, with the commands in docs/respond.md: the service does not stop them from writing again.

The script checks the connection, searches, writes a report for the case file, shows what it is about to do, and asks.
Then it removes the access. Run it again with the same folder to continue after an interruption, or when the service
finds more records: what the journal confirms is not sent again.

.PARAMETER ExternalDomain
The domains of the external users, such as it-support.example. Wildcards are allowed.

.PARAMETER Path
Audit exports and hunting results. Without it, the script queries the audit log of the last days.

.PARAMETER Days
Number of days of the audit log to query.

.PARAMETER Folder
The folder for the report, the journal and the outcomes. It is created if it doesn't exist.

.EXAMPLE
PS> Connect-ChatAccess -TenantId contoso.com -Scope Chat.ReadWrite.All, AuditLogsQuery.Read.All, User.ReadBasic.All
PS> ./respond.ps1 -ExternalDomain it-support.example -Folder ./case-4711

.EXAMPLE
PS> ./respond.ps1 -ExternalDomain it-support.example -Path ./AuditLog_*.csv -Folder ./case-4711 -WhatIf
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [Parameter(Mandatory)]
    [string[]] $ExternalDomain,

    [string[]] $Path,

    [ValidateRange(1, 180)]
    [int] $Days = 7,

    [Parameter(Mandatory)]
    [string] $Folder
)

$ErrorActionPreference = 'Stop'

$failed = @(Test-ChatAccess | Where-Object Passed -EQ $false)
if ($failed) {
    $failed | Format-List
    throw "$($failed.Count) checks failed, so nothing was searched or removed. Follow the next steps above."
}

$null = New-Item -ItemType Directory -Path $Folder -Force -WhatIf:$false -Confirm:$false
$case = (Resolve-Path -LiteralPath $Folder).ProviderPath
$search = @{ ExternalDomain = $ExternalDomain; ResolveUser = $true; Report = Join-Path $case 'report.html' }
if ($Path) { $search.Path = $Path } else { $search.StartDate = [datetime]::UtcNow.AddDays(-$Days) }
$targets = @(Find-ChatAccess @search)
$targets | Format-Table
$resolved = @($targets | Where-Object { -not $_.Unresolved })
$unresolved = @($targets | Where-Object Unresolved)
"$($resolved.Count) removals are ready. $($unresolved.Count) targets are unresolved and will not be removed."
"The report: $($search.Report)"
if (-not $resolved) {
    return
}
if (-not $PSCmdlet.ShouldProcess("$($resolved.Count) users and chats", 'Remove access')) {
    return
}
$outcomes = @($resolved | Remove-ChatAccessForUser -JournalPath (Join-Path $case 'removals.jsonl') -Confirm:$false -ErrorAction Continue)
$outcomes | Export-Csv -LiteralPath (Join-Path $case 'outcomes.csv') -NoTypeInformation -Encoding UTF8 -Confirm:$false
$outcomes | Group-Object Status -NoElement | Format-Table
