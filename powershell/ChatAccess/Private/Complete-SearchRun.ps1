function script:Complete-SearchRun {
    <#
    .SYNOPSIS
    Ends the input of a search, writes its results, and warns about what is incomplete in them.
    #>
    param([hashtable] $Run)

    Complete-NativeRun $Run
    foreach ($file in $Run.BadRows.Keys) {
        $skipped = $Run.BadRows[$file].Skipped
        if ($skipped.Count -eq 1) {
            $Run.Cmdlet.WriteWarning("${file}: row $($skipped[0]) is invalid and was skipped. Use -Verbose to see why.")
        } elseif ($skipped.Count) {
            $Run.Cmdlet.WriteWarning("${file}: $($skipped.Count) rows are invalid and were skipped, the first is row $($skipped[0]). Use -Verbose to list them.")
        }
        $used = $Run.BadRows[$file].Used
        if ($used.Count -eq 1) {
            $Run.Cmdlet.WriteWarning("${file}: row $($used[0]) is incomplete; what could be read of it was used. Use -Verbose to see why.")
        } elseif ($used.Count) {
            $Run.Cmdlet.WriteWarning("${file}: $($used.Count) rows are incomplete, the first is row $($used[0]); what could be read of them was used. Use -Verbose to list them.")
        }
    }
    foreach ($name in $Run.Unresolved.Keys) {
        $count, $reason = $Run.Unresolved[$name]
        $targets = if ($count -eq 1) { '1 target is' } else { "$count targets are" }
        $Run.Cmdlet.WriteWarning("$targets unresolved ($name). $reason")
    }
}
