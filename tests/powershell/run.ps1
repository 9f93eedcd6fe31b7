# Runs one test file and prints how it went in one line that tests/powershell.rs reads.
param([string] $Path)

$ErrorActionPreference = 'Stop'
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$configuration.Output.RenderMode = 'Plaintext'
$result = Invoke-Pester -Configuration $configuration
# A container or a block that fails has no failed test in it.
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
"Pester: $($result.PassedCount) passed, $failed failed, $($result.SkippedCount) skipped"
exit [int] ($failed -gt 0 -or $result.PassedCount -eq 0)
