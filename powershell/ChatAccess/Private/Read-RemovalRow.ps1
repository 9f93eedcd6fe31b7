function script:Read-RemovalRow {
    <#
    .SYNOPSIS
    Reads the parts of a removal from the properties of an object or the keys of a dictionary.
    #>
    # Runs for each object of a pipeline. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [object] $InputObject)

    $fields = $Run.Field
    $row = @{}
    $from = @{}
    $properties = if ($InputObject -is [Collections.IDictionary]) { $InputObject.GetEnumerator() } else { $InputObject.PSObject.Properties }
    foreach ($property in $properties) {
        # For PowerShell, the entry of a dictionary has a name too.
        $name = $property.Name
        $field = $fields[$name]
        if ($null -eq $field) {
            # The header of a table may contain spaces, such as 'User ID'.
            $field = $fields[$name] = [string] $fields["$name".Replace(' ', '').Replace('_', '')]
        }
        if (-not $field) {
            continue
        }
        $value = $property.Value
        if ($field -eq 'ExternalUser') {
            # Export-Csv writes lists with this separator.
            $row.ExternalUser = if ($value -is [string]) { $value -split '; ' } else { $value }
            continue
        }
        if ($value -isnot [string]) { $value = if ($field -eq 'LastSeen') { ConvertTo-TimeText $value } else { "$value" } }
        if (-not $value) {
            continue
        }
        $first = $row[$field]
        if ($first -and $first -ne $value -and $Run.Fixed -notcontains $field) {
            $row.Conflict = "the properties $($from[$field]) ('$first') and $name ('$value') contain different values for $field"
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
