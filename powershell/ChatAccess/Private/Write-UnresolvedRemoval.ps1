function script:Write-UnresolvedRemoval {
    <#
    .SYNOPSIS
    Refuses a target of which Find-ChatAccess could not settle whom to remove. Nothing is sent for it.
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

    $outcome = ConvertTo-RemovalOutcome ([pscustomobject] @{
            event             = 'outcome'
            tenant_id         = $Id[0]
            user_id           = $Id[1]
            thread_id         = $Id[2]
            status            = 'Invalid'
            http_status       = $null
            code              = $null
            message           = "The target in chat $($Id[2]) is unresolved: $Reason"
            next_step         = 'Settle who it is, and give the user''s object id as UserId; nothing was sent for it.'
            request_id        = $null
            client_request_id = $null
            attempts          = 0
            duration_ms       = 0
            completed         = $null
        })
    $Cmdlet.WriteError((ConvertTo-RemovalError $outcome))
    $Cmdlet.WriteObject($outcome)
}
