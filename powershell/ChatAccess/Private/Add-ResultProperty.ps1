function script:Add-ResultProperty {
    <#
    .SYNOPSIS
    Adds a property to a type that is being created. In PowerShell 7, the JSON serializer sets it.
    #>
    # Runs for each property. Parameter attributes would cost more than the work.
    param([Reflection.Emit.TypeBuilder] $Type, [string] $Name, [type] $PropertyType, [string] $JsonName)

    $op = [Reflection.Emit.OpCodes]
    $accessor = 'Public,HideBySig,SpecialName'
    $field = $Type.DefineField("_$Name", $PropertyType, 'Private')
    $get = $Type.DefineMethod("get_$Name", $accessor, $PropertyType, [type]::EmptyTypes)
    $code = $get.GetILGenerator()
    $code.Emit($op::Ldarg_0)
    $code.Emit($op::Ldfld, $field)
    $code.Emit($op::Ret)
    $set = $Type.DefineMethod("set_$Name", $accessor, [void], [type[]] $PropertyType)
    $code = $set.GetILGenerator()
    $code.Emit($op::Ldarg_0)
    $code.Emit($op::Ldarg_1)
    $code.Emit($op::Stfld, $field)
    $code.Emit($op::Ret)
    $property = $Type.DefineProperty($Name, 'None', $PropertyType, $null)
    $property.SetGetMethod($get)
    $property.SetSetMethod($set)
    if ($PSVersionTable['PSEdition'] -ne 'Core') {
        return
    }
    $json = 'Text.Json.Serialization'
    if ($PropertyType -eq [timespan]) {
        # JSON has no durations. A private property receives the milliseconds.
        $property.SetCustomAttribute([Reflection.Emit.CustomAttributeBuilder]::new(([type] "$json.JsonIgnoreAttribute").GetConstructor([type]::EmptyTypes), @()))
        $setMilliseconds = $Type.DefineMethod("set_${Name}Milliseconds", 'Private,HideBySig,SpecialName', [void], [type[]] [double])
        $code = $setMilliseconds.GetILGenerator()
        $code.Emit($op::Ldarg_0)
        $code.Emit($op::Ldarg_1)
        $code.Emit($op::Call, [timespan].GetMethod('FromMilliseconds', [type[]] [double]))
        $code.Emit($op::Stfld, $field)
        $code.Emit($op::Ret)
        $property = $Type.DefineProperty("${Name}Milliseconds", 'None', [double], $null)
        $property.SetSetMethod($setMilliseconds)
        $property.SetCustomAttribute([Reflection.Emit.CustomAttributeBuilder]::new(([type] "$json.JsonIncludeAttribute").GetConstructor([type]::EmptyTypes), @()))
    }
    $property.SetCustomAttribute([Reflection.Emit.CustomAttributeBuilder]::new(([type] "$json.JsonPropertyNameAttribute").GetConstructor([type[]] [string]), [object[]] $JsonName))
}
