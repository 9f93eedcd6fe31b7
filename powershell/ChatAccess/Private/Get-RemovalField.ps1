function script:Get-RemovalField {
    <#
    .SYNOPSIS
    Returns the names of properties that contain a part of a removal, each with the part.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet
    )

    $fields = @{ UserPrincipalName = 'UserPrincipalName'; ExternalUser = 'ExternalUser' }
    $parameters = $Cmdlet.MyInvocation.MyCommand.Parameters
    foreach ($name in 'TenantId', 'UserId', 'ThreadId', 'LastSeen', 'UnresolvedReason') {
        $fields[$name] = $name
        foreach ($alias in $parameters[$name].Aliases) { $fields[$alias] = $name }
    }
    $fields
}
