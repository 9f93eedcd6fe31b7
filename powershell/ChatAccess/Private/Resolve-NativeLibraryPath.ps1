function script:Resolve-NativeLibraryPath {
    <#
    .SYNOPSIS
    Returns the absolute path of the native library: in the module or, in a clone of the
    repository, in cargo's release folder.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    # Windows PowerShell has no $IsWindows, and runs on Windows only.
    $system, $prefix, $extension = if ($PSVersionTable['PSEdition'] -ne 'Core' -or $IsWindows) {
        'win', '', 'dll'
    } elseif ($IsMacOS) {
        'osx', 'lib', 'dylib'
    } else {
        'linux', 'lib', 'so'
    }
    # .NET Framework has RuntimeInformation from 4.7.1 on, and Windows Server 2016 has 4.6.2.
    $architecture = if ($PSVersionTable['PSEdition'] -eq 'Core') {
        [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture
    } elseif ($env:PROCESSOR_ARCHITECTURE -eq 'AMD64') {
        'x64'
    } else {
        $env:PROCESSOR_ARCHITECTURE
    }
    $rid = "$system-$architecture".ToLowerInvariant()
    $module = [IO.Path]::GetFullPath("$PSScriptRoot/..")
    $packaged = [IO.Path]::Combine($module, 'bin', $rid, "chat_access.$extension")
    if ([IO.File]::Exists($packaged)) {
        return $packaged
    }

    $repository = [IO.Path]::GetFullPath("$module/../..")
    if (-not [IO.File]::Exists("$repository/Cargo.toml")) {
        $folder = [IO.Path]::Combine($module, 'bin')
        $platforms = if ([IO.Directory]::Exists($folder)) {
            foreach ($one in [IO.Directory]::GetDirectories($folder)) { [IO.Path]::GetFileName($one) }
        }
        $found = if ($platforms) { $platforms -join ', ' } else { 'none' }
        throw (New-ChatAccessError -ErrorId 'NativeLibraryMissing' -Category ResourceUnavailable -TargetObject $packaged -Message (
                "The native library for this platform ($rid) is missing: '$packaged' does not exist. Platforms with a library: $found.") -RecommendedAction (
                "Install the ChatAccess module again from a package for $rid."))
    }
    $target = if ($env:CARGO_TARGET_DIR) { $env:CARGO_TARGET_DIR } else { 'target' }
    $built = [IO.Path]::GetFullPath([IO.Path]::Combine($repository, $target, 'release', "${prefix}chat_access.$extension"))
    if (-not [IO.File]::Exists($built)) {
        throw (New-ChatAccessError -ErrorId 'NativeLibraryMissing' -Category ResourceUnavailable -TargetObject $built -Message (
                "The native library for this platform ($rid) is missing: neither '$packaged' nor '$built' exists.") -RecommendedAction (
                "Run 'cargo rustc --release --lib --crate-type cdylib' in '$repository' to build it."))
    }
    $built
}
