function script:New-NativeType {
    <#
    .SYNOPSIS
    Creates a type with a P/Invoke method for each call of the native library.
    .DESCRIPTION
    The methods are made with Reflection.Emit, so no compiler runs: Azure Automation does not allow
    the one that Add-Type starts in Windows PowerShell. They contain the library's absolute path, so
    no folders are searched. Texts are byte arrays with a length, and results are integers, so
    nothing needs marshalling.
    #>
    [CmdletBinding()]
    [OutputType([type])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates a type in memory only.')]
    param(
        [Parameter(Mandatory)]
        [string] $Path
    )

    $int = [int]
    $long = [long]
    $text = [byte[]]
    $outInt = $int.MakeByRefType()
    $outLong = $long.MakeByRefType()
    # Most calls end with a buffer, its capacity and the length of the text in it.
    $buffer = $text, $int, $outInt
    $calls = @{
        chat_access_abi_version    = @()
        chat_access_open           = @($text, $int, $text, $int, $outLong) + $buffer
        remove_all_access_for_user = @($long, $text, $int, $text, $int, $text, $int, $int) + $buffer
        chat_access_remove_seen    = @($long, $text, $int, $text, $int, $text, $int, $text, $int, $int) + $buffer
        chat_access_check          = @($text, $int, $text, $int, $text, $int) + $buffer
        chat_access_check_last_seen = @($text, $int) + $buffer
        chat_access_check_account  = @($long, $text, $int) + $buffer
        chat_access_next_many      = @($long, $int) + $buffer
        chat_access_describe       = @($long) + $buffer
        chat_access_export_secret  = @($long) + $buffer
        chat_access_block_commands = @($text, $int) + $buffer
        chat_access_feed           = @($long, $text, $int)
        chat_access_finish         = @($long)
        chat_access_cancel         = @($long)
        chat_access_close          = @($long)
    }

    $type = (New-DynamicModule -Name 'ChatAccess.Native').DefineType('ChatAccess.Native', 'Public,Abstract,Sealed')
    foreach ($call in $calls.GetEnumerator()) {
        $method = $type.DefinePInvokeMethod(
            $call.Key, $Path, 'Public,Static,PinvokeImpl', 'Standard', $int, [type[]] $call.Value, 'Cdecl', 'Ansi')
        $method.SetImplementationFlags('PreserveSig')
    }
    $type.CreateType()
}
