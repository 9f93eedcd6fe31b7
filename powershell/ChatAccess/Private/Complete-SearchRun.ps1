function script:Complete-SearchRun {
    <#
    .SYNOPSIS
    Ends the input of a search, writes its results, and warns about the invalid rows of each file.
    #>
    param([hashtable] $Run)

    Complete-NativeRun $Run
    foreach ($file in $Run.BadRows.Keys) {
        $rows = $Run.BadRows[$file]
        $message = if ($rows.Count -eq 1) {
            "row $($rows[0]) is invalid and was skipped. Use -Verbose to see why."
        } else {
            "$($rows.Count) rows are invalid and were skipped, the first is row $($rows[0]). Use -Verbose to list them."
        }
        $Run.Cmdlet.WriteWarning("${file}: $message")
    }
}
