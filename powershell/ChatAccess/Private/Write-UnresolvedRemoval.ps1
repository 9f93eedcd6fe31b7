function script:Write-UnresolvedRemoval {
    <#
    .SYNOPSIS
    Writes the outcome Invalid for a target that Find-ChatAccess could not resolve.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [Parameter(Mandatory)]
        [AllowEmptyString()]
        [string[]] $Id,

        [Parameter(Mandatory)]
        [string] $Reason
    )

    $outcome = ConvertTo-Result RemovalOutcome ([pscustomobject] @{
            tenant_id = $Id[0]
            user_id   = $Id[1]
            thread_id = $Id[2]
            status    = 'Invalid'
            message   = "The target in chat $($Id[2]) is unresolved: $Reason"
            next_step = 'Nothing was sent. Find out the object id of the user and pass it as UserId.'
        })
    $Cmdlet.WriteError((ConvertTo-RemovalError $outcome))
    $Cmdlet.WriteObject($outcome)
}
