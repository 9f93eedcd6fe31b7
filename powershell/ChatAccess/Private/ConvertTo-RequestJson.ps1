function script:ConvertTo-RequestJson {
    <#
    .SYNOPSIS
    Returns a request to the native library as JSON text.
    .DESCRIPTION
    In a new process, ConvertTo-Json loads two assemblies first, which takes a third of the time to
    the result of a search. Once ConvertFrom-Json has loaded them, it is the faster way.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        # Hashtables, arrays, texts, numbers and Booleans in each other.
        [Parameter(Mandatory)]
        [hashtable] $Request
    )

    if ($PSVersionTable['PSEdition'] -eq 'Core' -and -not $script:JsonCmdletsLoaded) {
        return [Text.Json.JsonSerializer]::Serialize((Get-PlainValue $Request), [Collections.Generic.Dictionary[string, object]], [Text.Json.JsonSerializerOptions]::Default)
    }
    Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $Request -Depth 5 -Compress
}
