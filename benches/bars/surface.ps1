# Measures the module in this new process: a search of an export, rows of an export in the pipeline,
# or the outcomes of 5,000 removals.
param([string] $What, [string] $Module, [string] $Source, [string] $TokenFile)

$ErrorActionPreference = 'Stop'
Import-Module $Module

function Write-Value {
    param([string] $Name, [double] $Value)
    "$Name $($Value.ToString([cultureinfo]::InvariantCulture))"
}

switch ($What) {
    'search' {
        $process = [Diagnostics.Process]::GetCurrentProcess()
        $before = $process.PeakWorkingSet64
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $found = Find-ChatAccess -LiteralPath $Source
        Write-Value seconds $watch.Elapsed.TotalSeconds
        $process.Refresh()
        Write-Value peak ($process.PeakWorkingSet64 - $before)
        Write-Value targets $found.Count
        $with = [GC]::GetTotalMemory($true)
        $found = $null
        Write-Value retained ($with - [GC]::GetTotalMemory($true))
    }
    'rows' {
        $rows = Import-Csv -LiteralPath $Source
        # The first search binds the library.
        $null = $rows[0] | Find-ChatAccess
        $times = foreach ($round in 1..5) {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $found = $rows | Find-ChatAccess
            $watch.Elapsed.TotalMilliseconds / $rows.Count
        }
        Write-Value row ($times | Sort-Object)[2]
        Write-Value targets $found.Count
    }
    'outcomes' {
        $token = [securestring]::new()
        [IO.File]::ReadAllText($TokenFile).ToCharArray() | ForEach-Object { $token.AppendChar($_) }
        Connect-ChatAccess -AccessToken $token -GraphEndpoint $Source
        $tenant = (Get-ChatAccessContext).TenantId
        $times = foreach ($round in 1..3) {
            $targets = foreach ($number in 1..5000) {
                [pscustomobject] @{ TenantId = $tenant; UserId = 'd864e79f-0000-4000-8000-0eeb4d61fdc2'; ThreadId = '19:{0:x8}{1:x24}@thread.v2' -f $round, $number }
            }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $outcomes = $targets | Remove-ChatAccessForUser -RequestsPerSecond 10000
            $watch.Elapsed.TotalMilliseconds / $outcomes.Count
            if (@($outcomes.Status -eq 'Removed').Count -ne 5000) { throw 'Not every removal was confirmed.' }
        }
        Write-Value outcome ($times | Sort-Object)[1]
    }
}
