function script:ConvertTo-RequestJson {
    <#
    .SYNOPSIS
    Returns a request to the native library as JSON text.
    .DESCRIPTION
    PowerShell 7 has the serializer of .NET in memory anyway. ConvertTo-Json would load two more
    assemblies before the first request of a session, which takes a third of the time to its result.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        # Hashtables, arrays, texts, numbers and Booleans in each other.
        [Parameter(Mandatory)]
        [hashtable] $Request
    )

    if ($PSVersionTable['PSEdition'] -eq 'Core') {
        return [Text.Json.JsonSerializer]::Serialize((Get-PlainValue $Request), [Collections.Generic.Dictionary[string, object]], [Text.Json.JsonSerializerOptions]::Default)
    }
    Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $Request -Depth 5 -Compress
}
