function script:Get-PlainValue {
    <#
    .SYNOPSIS
    Returns a value without the wrappers that PowerShell adds to what passes through a pipeline,
    because the serializer of .NET would write the wrapper.
    #>
    param([object] $Value)

    if ($null -eq $Value) {
        return $null
    }
    $Value = $Value.PSObject.BaseObject
    if ($Value -is [Collections.IDictionary]) {
        $plain = [Collections.Generic.Dictionary[string, object]]::new()
        foreach ($key in $Value.Keys) {
            $plain[$key] = Get-PlainValue $Value[$key]
        }
        return $plain
    }
    if ($Value -is [Collections.IEnumerable] -and $Value -isnot [string]) {
        $plain = [Collections.Generic.List[object]]::new()
        foreach ($item in $Value) {
            $plain.Add((Get-PlainValue $item))
        }
        return , $plain
    }
    $Value
}
