# Measures an import in this fresh process, and on request what the library's first use costs.
param([string] $Module, [string] $Bind)

$watch = [Diagnostics.Stopwatch]::StartNew()
Import-Module $Module
"import $($watch.Elapsed.TotalMilliseconds)"
if ($Bind) {
    & (Get-Module ChatAccess) {
        # The shared functions are read and the watch has been used before: what is measured is the binding.
        Initialize-ChatAccess
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $null = Get-NativeLibrary
        "bind $($watch.Elapsed.TotalMilliseconds)"
    }
}
