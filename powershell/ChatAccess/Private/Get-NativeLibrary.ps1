function script:Get-NativeLibrary {
    <#
    .SYNOPSIS
    Returns the native library's calls, bound on first use.
    .DESCRIPTION
    The calls are P/Invoke methods over the library's absolute path, made with Reflection.Emit: no compiler
    runs (Azure Automation forbids Windows PowerShell's), and nothing is searched for. Every text is a byte
    array with its length and every result an int, so that there is nothing to marshal.
    #>
    [CmdletBinding()]
    [OutputType([type])]
    param(
        # The version of the native interface that this module is written for.
        [int] $AbiVersion = 1
    )

    if ($script:NativeLibrary) {
        return $script:NativeLibrary
    }
    $path = Resolve-NativeLibraryPath
    # Runspaces of one process share the type: types are never unloaded.
    $key = "ChatAccess.Native.$AbiVersion|$path"
    $native = [AppDomain]::CurrentDomain.GetData($key)
    if (-not $native) {
        $native = New-NativeType -Path $path
        [AppDomain]::CurrentDomain.SetData($key, $native)
    }
    try {
        $found = $native::chat_access_abi_version()
    } catch {
        $reason = $_.Exception.GetBaseException().Message
        throw (New-ChatAccessError -ErrorId 'NativeLibraryNotLoaded' -Category ResourceUnavailable -TargetObject $path -Message (
                "The native library '$path' can't be loaded: $reason") -RecommendedAction (
                'Install the ChatAccess module again; it must be of the same architecture as this PowerShell.'))
    }
    if ($found -ne $AbiVersion) {
        throw (New-ChatAccessError -ErrorId 'NativeLibraryWrongVersion' -Category ResourceUnavailable -TargetObject $path -Message (
                "The native library '$path' has interface version $found, and this module needs version $AbiVersion.") -RecommendedAction (
                'Module and library are of different versions: install the ChatAccess module again and start a new PowerShell session.'))
    }
    $script:NativeLibrary = $native
    $native
}
