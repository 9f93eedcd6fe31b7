function script:Get-RemovalName {
    <#
    .SYNOPSIS
    Returns the name to show for a removal: the people as far as they are known, and the chat.
    #>
    # An outcome, or a row of Get-RemovalRow.
    param([object] $Removal)

    $user = if ($Removal.UserPrincipalName) { $Removal.UserPrincipalName } else { $Removal.UserId }
    $with = if ($Removal.ExternalUser) { " with $($Removal.ExternalUser -join ', ')" }
    "user $user in chat $($Removal.ThreadId)$with"
}
