function script:ConvertFrom-EventBatch {
    <#
    .SYNOPSIS
    Returns an array of the events that chat_access_next_many wrote into a buffer: targets and
    outcomes as objects of their types, other events as parsed JSON.
    #>
    param([byte[]] $Buffer, [int] $Length)

    # All events of a batch are of one kind, which the first one begins with.
    $start = [Text.Encoding]::UTF8.GetString($Buffer, 0, [Math]::Min($Length, 20))
    $typeName = if ($start.StartsWith('[{"event":"target"', 'Ordinal')) {
        'Target'
    } elseif ($start.StartsWith('[{"event":"outcome"', 'Ordinal')) {
        'RemovalOutcome'
    }
    if ($typeName -and $PSVersionTable['PSEdition'] -eq 'Core') {
        $types = Get-ResultType
        $json = [Text.Encoding]::UTF8.GetString($Buffer, 0, $Length)
        return , [Text.Json.JsonSerializer]::Deserialize($json, $types[$typeName].MakeArrayType(), $types.JsonOptions)
    }
    $parsed = ConvertFrom-NativeBuffer $Buffer $Length
    if ($typeName) {
        $parsed = ConvertTo-Result $typeName $parsed
    }
    , @($parsed)
}
