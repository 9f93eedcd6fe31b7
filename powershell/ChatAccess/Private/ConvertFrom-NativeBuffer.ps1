function script:ConvertFrom-NativeBuffer {
    <#
    .SYNOPSIS
    Parses the JSON text that a call of the native library wrote into a buffer.
    #>
    param([byte[]] $Buffer, [int] $Length)

    $script:JsonCmdletsLoaded = $true
    Microsoft.PowerShell.Utility\ConvertFrom-Json -InputObject ([Text.Encoding]::UTF8.GetString($Buffer, 0, $Length))
}
