function script:Get-ContextVariable {
    <#
    .SYNOPSIS
    Returns the expressions for accounts that a person can pass as -Context: variables of the session,
    and the current account.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $type = Get-ContextType
    foreach ($variable in Microsoft.PowerShell.Utility\Get-Variable -Scope Global) {
        # Enumerating anything but an array could change it, such as the variable foreach of a loop.
        $first = if ($variable.Value -is [array]) { $variable.Value[0] } else { $variable.Value }
        if ($first -is $type) {
            "`$$($variable.Name)"
        }
    }
    '(Get-ChatAccessContext)'
}
