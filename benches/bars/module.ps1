# Measures the import of a module in this new process and, with -Bind, the binding of the library.
param([string] $Module, [string] $Bind)

$watch = [Diagnostics.Stopwatch]::StartNew()
Import-Module $Module
"import $($watch.Elapsed.TotalMilliseconds)"
if ($Bind) {
    & (Get-Module ChatAccess) {
        # Read the shared functions first, so that only the binding is measured.
        Initialize-ChatAccess
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $null = Get-NativeLibrary
        "bind $($watch.Elapsed.TotalMilliseconds)"
    }
}
