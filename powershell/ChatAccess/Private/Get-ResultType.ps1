function script:Get-ResultType {
    <#
    .SYNOPSIS
    Returns the types of the module's results by name, and creates them on first use.
    #>
    # Runs for each batch of events. Parameter attributes would cost more than the work.
    param(
        # Changes with Get-ResultField, for a session that imports two versions of the module.
        [int] $Version = 2
    )

    if (-not $script:ResultType) {
        # All runspaces of a process share the types, because types are never unloaded.
        $key = "ChatAccess.Results.$Version"
        $script:ResultType = [AppDomain]::CurrentDomain.GetData($key)
        if (-not $script:ResultType) {
            $script:ResultType = New-ResultType
            [AppDomain]::CurrentDomain.SetData($key, $script:ResultType)
        }
    }
    $script:ResultType
}
