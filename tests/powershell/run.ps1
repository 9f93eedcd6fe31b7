# Runs one test file and prints a summary line for tests/powershell.rs.
param([string] $Path)

$ErrorActionPreference = 'Stop'
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$configuration.Output.RenderMode = 'Plaintext'
$result = Invoke-Pester -Configuration $configuration
# A container or block that fails contains no failed test.
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
"Pester: $($result.PassedCount) passed, $failed failed, $($result.SkippedCount) skipped"
exit [int] ($failed -gt 0 -or $result.PassedCount -eq 0)
