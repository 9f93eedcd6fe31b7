function script:Get-BlockCommand {
    <#
    .SYNOPSIS
    Returns the ways to block external users, as the native library describes them.
    #>
    [CmdletBinding()]
    param(
        # Lists of texts: users, domains, and own.
        [Parameter(Mandatory)]
        [hashtable] $Request
    )

    $native = Get-NativeLibrary
    $text = [Text.Encoding]::UTF8.GetBytes((ConvertTo-RequestJson $Request))
    [int] $length = 0
    # Enough for a few hundred users. Otherwise, the library returns the length that it needs.
    $buffer = [byte[]]::new(64KB)
    $status = $native::chat_access_block_commands($text, $text.Length, $buffer, $buffer.Length, [ref] $length)
    if ($status -eq $NativeStatus.BufferTooSmall) {
        $buffer = [byte[]]::new($length)
        $status = $native::chat_access_block_commands($text, $text.Length, $buffer, $buffer.Length, [ref] $length)
    }
    if ($status -ne $NativeStatus.Ok) {
        throw (ConvertTo-NativeStatusError $status)
    }
    ConvertFrom-NativeBuffer $buffer $length
}
