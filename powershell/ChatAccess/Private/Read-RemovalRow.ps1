function script:Read-RemovalRow {
    <#
    .SYNOPSIS
    Reads the parts of a removal from the properties of an object or the keys of a dictionary.
    #>
    # Runs for each object of a pipeline. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [object] $InputObject)

    $row = @{}
    $from = @{}
    $properties = if ($InputObject -is [Collections.IDictionary]) { $InputObject.GetEnumerator() } else { $InputObject.PSObject.Properties }
    foreach ($property in $properties) {
        # A DictionaryEntry has the name in Key, for PowerShell also in Name.
        $name = [string] $property.Name
        $field = $Run.Field[$name]
        if ($null -eq $field) {
            # The header of a table may contain spaces, such as 'User ID'.
            $field = [string] $Run.Field[$name.Replace(' ', '').Replace('_', '')]
            $Run.Field[$name] = $field
        }
        if (-not $field) {
            continue
        }
        $value = $property.Value
        if ($field -eq 'ExternalUser') {
            # Export-Csv writes lists with this separator.
            $row[$field] = if ($value -is [string]) { $value -split '; ' } else { $value }
            continue
        }
        $value = "$value".Trim()
        if (-not $value) {
            continue
        }
        if ($from[$field] -and $row[$field] -ne $value -and $Run.Fixed -notcontains $field) {
            $row.Conflict = "the properties $($from[$field]) ('$($row[$field])') and $name ('$value') contain different values for $field"
            $row.NextStep = 'Pass an object with one of these properties.'
            continue
        }
        $row[$field] = $value
        $from[$field] = $name
    }
    if ($from.UserId -eq 'UserId' -and $Run.Fixed -notcontains 'UserId' -and $row.UserId.Contains('@') -and $InputObject.UserKey) {
        $row.Conflict = "it is an audit record, whose UserId '$($row.UserId)' is the actor"
        $row.NextStep = 'Pipe audit records to Find-ChatAccess, and its targets to Remove-ChatAccessForUser.'
    }
    $row
}
