# The part of `cargo demo` that an administrator would type: connect, read the table, remove.
param([string] $Module, [string] $Graph, [string] $Table)

$ErrorActionPreference = 'Stop'
Import-Module $Module
$token = [securestring]::new()
$env:CHATACCESS_DEMO_TOKEN.ToCharArray() | ForEach-Object { $token.AppendChar($_) }

Connect-ChatAccess -AccessToken $token -GraphEndpoint $Graph
Import-Csv -LiteralPath $Table | Remove-ChatAccessForUser | Format-Table
