function script:New-ResultType {
    <#
    .SYNOPSIS
    Creates the types ChatAccess.Target and ChatAccess.RemovalOutcome and the type of their lists.
    .DESCRIPTION
    They are made with Reflection.Emit for the reason that New-NativeType states. A search returns
    thousands of targets: an object of such a type needs a tenth of the memory of an object with note
    properties, and PowerShell 7 creates it from the library's JSON without a script. Their members
    are fields, which PowerShell shows as properties: an accessor for each would triple the time of
    this function, which the first search of a session waits for.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates types in memory only.')]
    param()

    $module = New-DynamicModule -Name 'ChatAccess.Results'
    $op = [Reflection.Emit.OpCodes]

    # Export-Csv writes what ToString returns, which for an array is the name of its type.
    $list = $module.DefineType('ChatAccess.TextList', 'Public', [Collections.Generic.List[string]])
    $code = $list.DefineMethod('ToString', 'Public,Virtual,HideBySig', [string], [type]::EmptyTypes).GetILGenerator()
    $code.Emit($op::Ldstr, '; ')
    $code.Emit($op::Ldarg_0)
    $code.Emit($op::Call, [string].GetMethod('Join', [type[]] ([string], [Collections.Generic.IEnumerable[string]])))
    $code.Emit($op::Ret)

    $types = @{ TextList = $list.CreateType() }
    $types.Field = Get-ResultField -List $types.TextList
    $isCore = $PSVersionTable['PSEdition'] -eq 'Core'
    if ($isCore) {
        $types.JsonOptions = [Text.Json.JsonSerializerOptions]::new()
        $types.JsonOptions.IncludeFields = $true
        # For a report, which would skip them: half of the time.
        $types.JsonOptions.DefaultIgnoreCondition = 'WhenWritingNull'
        $jsonName = [Text.Json.Serialization.JsonPropertyNameAttribute].GetConstructor([type[]] [string])
    }
    foreach ($name in $types.Field.Keys) {
        $type = $module.DefineType("ChatAccess.$name", 'Public,Sealed')
        $fields = @{}
        foreach ($entry in $types.Field[$name].GetEnumerator()) {
            $fieldType, $nameInJson = $entry.Value
            $field = $fields[$entry.Key] = $type.DefineField($entry.Key, $fieldType, 'Public')
            if ($isCore -and $fieldType -eq [timespan]) {
                Add-ResultDuration -Type $type -Field $field -JsonName $nameInJson
            } elseif ($isCore) {
                $field.SetCustomAttribute([Reflection.Emit.CustomAttributeBuilder]::new($jsonName, [object[]] $nameInJson))
            }
        }
        if ($name -eq 'Target') {
            # A target remembers its search, for the sources in a report. A property for it would be in
            # every table of targets. The search that is returning targets on this thread:
            $current = $type.DefineField('CurrentSearch', [object], 'Public,Static')
            $current.SetCustomAttribute([Reflection.Emit.CustomAttributeBuilder]::new([ThreadStaticAttribute].GetConstructor([type]::EmptyTypes), @()))
            $search = $type.DefineField('_search', [object], 'Private')
            $code = $type.DefineConstructor('Public', 'Standard', [type]::EmptyTypes).GetILGenerator()
            $code.Emit($op::Ldarg_0)
            $code.Emit($op::Call, [object].GetConstructor([type]::EmptyTypes))
            $code.Emit($op::Ldarg_0)
            $code.Emit($op::Ldsfld, $current)
            $code.Emit($op::Stfld, $search)
            $code.Emit($op::Ret)
            $code = $type.DefineMethod('GetSearch', 'Public,HideBySig', [object], [type]::EmptyTypes).GetILGenerator()
            $code.Emit($op::Ldarg_0)
            $code.Emit($op::Ldfld, $search)
            $code.Emit($op::Ret)
        }
        if ($name -eq 'RemovalOutcome') {
            # What a string in double quotes shows: 'Removed: user ann@contoso.com in chat 19:...'.
            $code = $type.DefineMethod('ToString', 'Public,Virtual,HideBySig', [string], [type]::EmptyTypes).GetILGenerator()
            $code.Emit($op::Ldstr, '{0}: user {1} in chat {2}')
            $hasName = $code.DefineLabel()
            foreach ($part in 'Status', 'UserPrincipalName', 'UserId', 'ThreadId') {
                if ($part -eq 'UserId') {
                    # Only without a name.
                    $code.Emit($op::Dup)
                    $code.Emit($op::Brtrue, $hasName)
                    $code.Emit($op::Pop)
                }
                $code.Emit($op::Ldarg_0)
                $code.Emit($op::Ldfld, $fields[$part])
                if ($part -eq 'UserId') { $code.MarkLabel($hasName) }
            }
            $code.Emit($op::Call, [string].GetMethod('Format', [type[]] ([string], [object], [object], [object])))
            $code.Emit($op::Ret)
        }
        $types[$name] = $type.CreateType()
    }
    $types
}
