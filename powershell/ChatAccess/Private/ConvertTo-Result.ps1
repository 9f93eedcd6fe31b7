function script:ConvertTo-Result {
    <#
    .SYNOPSIS
    Converts parsed events of the native library to objects of a result type.
    #>
    param([string] $TypeName, [object[]] $Received)

    $types = Get-ResultType
    $type = $types[$TypeName]
    foreach ($one in $Received) {
        $result = $type::new()
        foreach ($field in $types.Field[$TypeName].GetEnumerator()) {
            $propertyType, $jsonName = $field.Value
            $value = $one.$jsonName
            if ($null -eq $value) {
                continue
            }
            if ($propertyType -eq $types.TextList) {
                $list = $propertyType::new()
                foreach ($text in $value) { $list.Add($text) }
                $value = $list
            } elseif ($propertyType -eq [timespan]) {
                $value = [timespan]::FromMilliseconds($value)
            }
            $result.($field.Key) = $value
        }
        $result
    }
}
