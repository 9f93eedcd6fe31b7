function script:ConvertTo-ReportJson {
    <#
    .SYNOPSIS
    Returns targets, outcomes or rows of a table as a JSON array with the names of the native library.
    #>
    [OutputType([string])]
    param([Collections.IList] $List)

    $types = Get-ResultType
    $typeName = $List[0].GetType().Name
    if (-not $types.Field.ContainsKey($typeName)) {
        return Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject @($List) -Depth 3 -Compress
    }
    if ($PSVersionTable['PSEdition'] -eq 'Core') {
        $array = [Array]::CreateInstance($types[$typeName], $List.Count)
        $List.CopyTo($array, 0)
        return [Text.Json.JsonSerializer]::Serialize($array, $array.GetType(), $types.JsonOptions)
    }
    $fields = $types.Field[$typeName]
    $rows = foreach ($object in $List) {
        $row = @{}
        foreach ($name in $fields.Keys) { if ($name -ne 'Duration') { $row[$fields[$name][1]] = $object.$name } }
        $row
    }
    Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject @($rows) -Depth 3 -Compress
}
