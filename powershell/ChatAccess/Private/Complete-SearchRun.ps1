function script:Complete-SearchRun {
    <#
    .SYNOPSIS
    Ends the input of a search, writes its results, and warns about what is incomplete in them.
    #>
    param([hashtable] $Run)

    Complete-NativeRun $Run
    foreach ($file in $Run.BadRows.Keys) {
        foreach ($kind in 'Skipped', 'Used') {
            $messages = $Run.BadRows[$file][$kind]
            $warning = $messages[0]
            if ($messages.Count -gt 1) {
                $rows = if ($messages.Count -eq 2) { '1 more row is' } else { "$($messages.Count - 1) more rows are" }
                $what = if ($kind -eq 'Skipped') { 'skipped' } else { 'incomplete' }
                $warning += " $rows $what. Use -Verbose to list them."
            }
            if ($warning) { $Run.Cmdlet.WriteWarning($warning) }
        }
    }
    foreach ($name in $Run.Unresolved.Keys) {
        $count, $reason = $Run.Unresolved[$name]
        $targets = if ($count -eq 1) { '1 target is' } else { "$count targets are" }
        $Run.Cmdlet.WriteWarning("$targets unresolved ($name). $reason")
    }
}
