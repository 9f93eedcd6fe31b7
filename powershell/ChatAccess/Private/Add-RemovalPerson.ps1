function script:Add-RemovalPerson {
    <#
    .SYNOPSIS
    Adds to an outcome the people that the input names.
    #>
    param([object] $Outcome, [hashtable] $Row)

    if ($Row.UserPrincipalName) {
        $Outcome.UserPrincipalName = $Row.UserPrincipalName
    }
    if ($Row.ExternalUser) {
        $Outcome.ExternalUser = (Get-ResultType).TextList::new()
        foreach ($name in $Row.ExternalUser) { $Outcome.ExternalUser.Add($name) }
    }
}
