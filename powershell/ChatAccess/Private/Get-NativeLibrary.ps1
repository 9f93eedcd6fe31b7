function script:Get-NativeLibrary {
    <#
    .SYNOPSIS
    Returns the type with the calls of the native library, and binds them on first use.
    #>
    [CmdletBinding()]
    [OutputType([type])]
    param(
        # The interface version that this module is written for.
        [int] $AbiVersion = 1
    )

    if ($script:NativeLibrary) {
        return $script:NativeLibrary
    }
    $path = Resolve-NativeLibraryPath
    # All runspaces of a process share the type, because types are never unloaded.
    $key = "ChatAccess.Native.$AbiVersion|$path"
    $native = [AppDomain]::CurrentDomain.GetData($key)
    if (-not $native) {
        $native = New-NativeType -Path $path
        [AppDomain]::CurrentDomain.SetData($key, $native)
    }
    try {
        $found = $native::chat_access_abi_version()
    } catch {
        $failure = $_
        if ($PSVersionTable['PSEdition'] -eq 'Core') {
            # The error of the call does not say in PowerShell 7 why the library can't be loaded.
            try { $null = [Runtime.InteropServices.NativeLibrary]::Load($path) } catch { $failure = $_ }
        }
        # On Linux and macOS, the last line is the loader's; those before it are advice for developers.
        $reason = $failure.Exception.GetBaseException().Message.Trim().Split([char] 10)[-1]
        throw (New-ChatAccessError -ErrorId 'NativeLibraryNotLoaded' -Category ResourceUnavailable -TargetObject $path -Message (
                "Can't load the native library '$path': $reason") -RecommendedAction (
                'Install the ChatAccess module again. Its library must have the same architecture as this PowerShell process.'))
    }
    if ($found -ne $AbiVersion) {
        throw (New-ChatAccessError -ErrorId 'NativeLibraryWrongVersion' -Category ResourceUnavailable -TargetObject $path -Message (
                "The native library '$path' has interface version $found, but this module needs version $AbiVersion.") -RecommendedAction (
                'Install the ChatAccess module again or, in a clone of the repository, build the library again. Then start a new PowerShell session.'))
    }
    $script:NativeLibrary = $native
    $native
}
