function script:Complete-SearchRun {
    <#
    .SYNOPSIS
    Tells a search that it has all its input, writes the results, and warns of each file's invalid rows.
    #>
    param([hashtable] $Run)

    Complete-NativeRun $Run
    foreach ($file in $Run.BadRows.Keys) {
        $rows = $Run.BadRows[$file]
        $which = if ($rows.Count -eq 1) { "row $($rows[0])" } else { "$($rows.Count) rows, the first of them row $($rows[0])" }
        $Run.Cmdlet.WriteWarning("${file}: $which can't be used and was skipped; -Verbose names each.")
    }
}
