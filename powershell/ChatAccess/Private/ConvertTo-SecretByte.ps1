function script:ConvertTo-SecretByte {
    <#
    .SYNOPSIS
    Returns the UTF-8 bytes of a SecureString without creating a string. The caller wipes them.
    #>
    [CmdletBinding()]
    [OutputType([byte[]], [array])]
    param(
        [Parameter(Mandatory)]
        [Security.SecureString] $Secret
    )

    $pointer = [Runtime.InteropServices.Marshal]::SecureStringToGlobalAllocUnicode($Secret)
    $chars = [char[]]::new($Secret.Length)
    try {
        [Runtime.InteropServices.Marshal]::Copy($pointer, $chars, 0, $chars.Length)
        , [Text.Encoding]::UTF8.GetBytes($chars)
    } finally {
        [Array]::Clear($chars, 0, $chars.Length)
        [Runtime.InteropServices.Marshal]::ZeroFreeGlobalAllocUnicode($pointer)
    }
}
