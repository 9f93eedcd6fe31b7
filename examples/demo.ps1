# The part of `cargo demo` that an administrator types: connect, find the targets, remove access.
param([string] $Module, [string] $Graph, [string] $Export, [string] $Report, [string] $Journal)

$ErrorActionPreference = 'Stop'
Import-Module $Module
$token = [securestring]::new()
$env:CHATACCESS_DEMO_TOKEN.ToCharArray() | ForEach-Object { $token.AppendChar($_) }

Connect-ChatAccess -AccessToken $token -GraphEndpoint $Graph
# The refused target is an error too; it is shown at the end instead of between the tables.
$outcomes = Find-ChatAccess -Path $Export -ResolveUser -Report $Report -OutVariable targets |
    Remove-ChatAccessForUser -JournalPath $Journal -ErrorAction SilentlyContinue

$targets | Format-Table
$outcomes | Where-Object Status -NE 'Invalid' | Format-Table
'Unresolved, so not removed:'
$targets | Where-Object Unresolved | Format-List UserPrincipalName, ThreadId, UnresolvedReason
