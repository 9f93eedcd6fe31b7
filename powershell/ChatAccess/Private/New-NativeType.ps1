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
