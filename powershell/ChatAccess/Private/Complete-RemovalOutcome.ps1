function script:Complete-RemovalOutcome {
    <#
    .SYNOPSIS
    Adds to an outcome of the library the number in the input, and the people that the input names.
    #>
    param([hashtable] $Run, [object] $Outcome)

    # The library counts the removals that it accepted.
    $row = $Run.Rows[$Outcome.Number]
    $null = $Run.Rows.Remove($Outcome.Number)
    $Outcome.Number = $row.Number
    if ($row.UserPrincipalName -or $row.ExternalUser) { Add-RemovalPerson $Outcome $row }
}
