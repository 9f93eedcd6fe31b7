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
    $path = Get-NativeLibraryPath
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

function script:Get-NativeLibraryPath {
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

function script:New-NativeType {
    [CmdletBinding()]
    [OutputType([type])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing that a person could mind.')]
    param(
        [Parameter(Mandatory)]
        [string] $Path
    )

    $int = [int]
    $long = [long]
    $text = [byte[]]
    $outInt = $int.MakeByRefType()
    $outLong = $long.MakeByRefType()
    # The buffer, its capacity and the length of what is in it: the end of most calls.
    $buffer = $text, $int, $outInt
    $calls = @{
        chat_access_abi_version    = @()
        chat_access_open           = @($text, $int, $text, $int, $outLong) + $buffer
        remove_all_access_for_user = @($long, $text, $int, $text, $int, $text, $int, $int) + $buffer
        chat_access_check          = @($text, $int, $text, $int, $text, $int) + $buffer
        chat_access_next           = @($long, $int) + $buffer
        chat_access_describe       = @($long) + $buffer
        chat_access_export_secret  = @($long) + $buffer
        chat_access_feed           = @($long, $text, $int)
        chat_access_finish         = @($long)
        chat_access_close          = @($long)
    }

    $name = [Reflection.AssemblyName] 'ChatAccess.Native'
    # 'Run' and not 'RunAndCollect': .NET Framework calls no P/Invoke in an assembly that can be collected.
    $assembly = if ($PSVersionTable['PSEdition'] -eq 'Core') {
        [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly($name, 'Run')
    } else {
        [AppDomain]::CurrentDomain.DefineDynamicAssembly($name, 'Run')
    }
    $type = $assembly.DefineDynamicModule('ChatAccess.Native').DefineType('ChatAccess.Native', 'Public,Abstract,Sealed')
    foreach ($call in $calls.GetEnumerator()) {
        $method = $type.DefinePInvokeMethod(
            $call.Key, $Path, 'Public,Static,PinvokeImpl', 'Standard', $int, [type[]] $call.Value, 'Cdecl', 'Ansi')
        $method.SetImplementationFlags('PreserveSig')
    }
    $type.CreateType()
}
