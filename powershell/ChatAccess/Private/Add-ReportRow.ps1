function script:Add-ReportRow {
    <#
    .SYNOPSIS
    Adds an object of the pipeline that is not of the module's types to a report: a row of a table, an
    object from JSON, or an array of these. Writes an error if it is neither a target nor an outcome.
    #>
    param([hashtable] $Report, [object] $InputObject)

    $types = Get-ResultType
    if ($InputObject -is [Collections.IList]) {
        # Windows PowerShell does not enumerate the arrays of ConvertFrom-Json.
        foreach ($one in $InputObject) {
            if ($one -is $types.Target) {
                $Report.Targets.Add($one)
            } elseif ($one -is $types.RemovalOutcome) {
                $Report.Outcomes.Add($one)
            } elseif ($null -ne $one) {
                Add-ReportRow $Report $one
            }
        }
        return
    }
    $properties = $InputObject.PSObject.Properties
    $names = if ($InputObject -is [Collections.IDictionary]) { $InputObject.Keys } else { $properties.Name }
    $typeName = if ($names -contains 'Status') { 'RemovalOutcome' } else { 'Target' }
    if ($InputObject -is [string] -or $names -notcontains 'ThreadId' -or ($typeName -eq 'Target' -and $names -notcontains 'UserId')) {
        $Report.Cmdlet.WriteError((New-ChatAccessError -ErrorId 'InvalidInputObject' -Category InvalidArgument -TargetObject $InputObject -Message (
                    'An object of the pipeline is neither a target nor an outcome.') -RecommendedAction (
                    'Pass objects of Find-ChatAccess or Remove-ChatAccessForUser, or a table of them.')))
        return
    }
    $fields = $types.Field[$typeName]
    $row = @{}
    foreach ($name in $fields.Keys) {
        $value = $InputObject.$name
        # A duration has no JSON form of its own, and the report does not contain it.
        if ($null -eq $value -or $name -eq 'Duration') {
            continue
        }
        if ($value -is [datetime]) {
            # ConvertFrom-Json makes dates of times in PowerShell 7.
            $value = $value.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.FFFFFFFZ', [cultureinfo]::InvariantCulture)
        }
        $row[$fields[$name][1]] = $value
    }
    $Report.Rows.Add($row)
}
