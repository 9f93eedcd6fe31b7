function script:Add-RemovalPerson {
    <#
    .SYNOPSIS
    Adds to an outcome the number in the input and the people that the input names.
    #>
    param([object] $Outcome, [hashtable] $Row)

    $Outcome.Number = $Row.Number
    if ($Row.UserPrincipalName) {
        $Outcome.UserPrincipalName = $Row.UserPrincipalName
    }
    if ($Row.ExternalUser) {
        $Outcome.ExternalUser = (Get-ResultType).TextList::new()
        foreach ($name in $Row.ExternalUser) { $Outcome.ExternalUser.Add($name) }
    }
}
