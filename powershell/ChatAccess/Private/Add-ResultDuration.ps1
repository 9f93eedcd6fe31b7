function script:Add-ResultDuration {
    <#
    .SYNOPSIS
    Lets the JSON serializer set a duration from a number of milliseconds, because JSON has no
    durations: a private field receives the number, and a method that the serializer calls last
    sets the duration.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [Reflection.Emit.TypeBuilder] $Type,

        # The field of the duration.
        [Parameter(Mandatory)]
        [Reflection.Emit.FieldBuilder] $Field,

        [Parameter(Mandatory)]
        [string] $JsonName
    )

    $attribute = {
        param([type] $Attribute, [type[]] $Parameter, [object[]] $Argument)
        [Reflection.Emit.CustomAttributeBuilder]::new($Attribute.GetConstructor($Parameter), $Argument)
    }
    $Field.SetCustomAttribute((& $attribute ([Text.Json.Serialization.JsonIgnoreAttribute]) @() @()))
    $milliseconds = $Type.DefineField("_$($Field.Name)Milliseconds", [double], 'Private')
    $milliseconds.SetCustomAttribute((& $attribute ([Text.Json.Serialization.JsonIncludeAttribute]) @() @()))
    $milliseconds.SetCustomAttribute((& $attribute ([Text.Json.Serialization.JsonPropertyNameAttribute]) @([string]) @($JsonName)))

    $interface = [Text.Json.Serialization.IJsonOnDeserialized]
    $Type.AddInterfaceImplementation($interface)
    $method = $Type.DefineMethod('OnDeserialized', 'Private,Virtual,Final,HideBySig,NewSlot', [void], [type]::EmptyTypes)
    $op = [Reflection.Emit.OpCodes]
    $code = $method.GetILGenerator()
    $code.Emit($op::Ldarg_0)
    $code.Emit($op::Ldarg_0)
    $code.Emit($op::Ldfld, $milliseconds)
    $code.Emit($op::Call, [timespan].GetMethod('FromMilliseconds', [type[]] [double]))
    $code.Emit($op::Stfld, $Field)
    $code.Emit($op::Ret)
    $Type.DefineMethodOverride($method, $interface.GetMethod('OnDeserialized'))
}
