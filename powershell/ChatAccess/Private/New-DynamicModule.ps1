function script:New-DynamicModule {
    <#
    .SYNOPSIS
    Returns an empty module in memory, for types that are made with Reflection.Emit.
    #>
    [CmdletBinding()]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates a module in memory only.')]
    param(
        [Parameter(Mandatory)]
        [string] $Name
    )

    # 'Run', because .NET Framework has no P/Invoke in assemblies made with 'RunAndCollect'.
    $assembly = if ($PSVersionTable['PSEdition'] -eq 'Core') {
        [Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly([Reflection.AssemblyName] $Name, 'Run')
    } else {
        [AppDomain]::CurrentDomain.DefineDynamicAssembly([Reflection.AssemblyName] $Name, 'Run')
    }
    $assembly.DefineDynamicModule($Name)
}
