function script:Get-PlainValue {
    <#
    .SYNOPSIS
    Returns a dictionary or a list without the wrappers that PowerShell adds to what passes through
    a pipeline, because the serializer of .NET would write the wrapper.
    #>
    param([object] $Container)

    # A call of this function for each text and number would take as long as the serialization.
    if ($Container -is [Collections.IDictionary]) {
        $plain = [Collections.Generic.Dictionary[string, object]]::new()
        foreach ($key in $Container.Keys) {
            $value = $Container[$key]
            if ($null -ne $value) { $value = $value.PSObject.BaseObject }
            if ($value -is [Collections.IEnumerable] -and $value -isnot [string]) { $value = Get-PlainValue $value }
            $plain[$key] = $value
        }
    } else {
        $plain = [Collections.Generic.List[object]]::new()
        foreach ($value in $Container) {
            if ($null -ne $value) { $value = $value.PSObject.BaseObject }
            if ($value -is [Collections.IEnumerable] -and $value -isnot [string]) { $value = Get-PlainValue $value }
            $plain.Add($value)
        }
    }
    , $plain
}
