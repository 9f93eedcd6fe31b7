function script:Resolve-NativeLibraryPath {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    # Windows PowerShell has no $IsWindows, and runs nowhere else.
    $system, $ending = if ($PSVersionTable['PSEdition'] -ne 'Core' -or $IsWindows) {
        'win', 'dll'
    } elseif ($IsMacOS) {
        'osx', 'dylib'
    } else {
        'linux', 'so'
    }
    $architecture = [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture
    $rid = "$system-$architecture".ToLowerInvariant()
    $folder = [IO.Path]::GetFullPath("$PSScriptRoot/../bin")
    $path = [IO.Path]::Combine($folder, $rid, "chat_access.$ending")
    if (-not [IO.File]::Exists($path)) {
        $there = if ([IO.Directory]::Exists($folder)) { [IO.Directory]::GetDirectories($folder) | ForEach-Object { [IO.Path]::GetFileName($_) } }
        $there = if ($there) { "there is one for $($there -join ', ')" } else { 'there is none for any platform' }
        throw (New-ChatAccessError -ErrorId 'NativeLibraryMissing' -Category ResourceUnavailable -TargetObject $path -Message (
                "The native library for this platform ($rid) is missing: '$path'; $there.") -RecommendedAction (
                "Install the ChatAccess module again from a package for $rid, or, in a clone of the repository, run 'cargo demo', which builds it."))
    }
    $path
}
