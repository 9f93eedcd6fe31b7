function script:New-ResultType {
    <#
    .SYNOPSIS
    Creates the types ChatAccess.Target and ChatAccess.RemovalOutcome and the type of their lists.
    .DESCRIPTION
    They are made with Reflection.Emit for the reason that New-NativeType states. A search returns
    thousands of targets: an object of such a type needs a tenth of the memory of an object with note
    properties, and PowerShell 7 creates it from the library's JSON without a script.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates types in memory only.')]
    param()

    $name = [Reflection.AssemblyName] 'ChatAccess.Results'
    $assembly = if ($PSVersionTable['PSEdition'] -eq 'Core') {
        [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly($name, 'Run')
    } else {
        [AppDomain]::CurrentDomain.DefineDynamicAssembly($name, 'Run')
    }
    $module = $assembly.DefineDynamicModule('ChatAccess.Results')
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
    foreach ($name in $types.Field.Keys) {
        $type = $module.DefineType("ChatAccess.$name", 'Public,Sealed')
        foreach ($field in $types.Field[$name].GetEnumerator()) {
            Add-ResultProperty -Type $type -Name $field.Key -PropertyType $field.Value[0] -JsonName $field.Value[1]
        }
        $types[$name] = $type.CreateType()
    }
    $types
}
