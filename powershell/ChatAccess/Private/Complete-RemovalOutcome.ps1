function script:Complete-RemovalOutcome {
    <#
    .SYNOPSIS
    Adds to an outcome what the library does not know: the number in the input, and the people.
    #>
    param([hashtable] $Run, [object] $Outcome)

    $row = $null
    # The library counts the removals that it accepted.
    if ($Run.Rows.TryGetValue($Outcome.Number, [ref] $row)) {
        $null = $Run.Rows.Remove($Outcome.Number)
        Add-RemovalPerson $Outcome $row
    }
}
