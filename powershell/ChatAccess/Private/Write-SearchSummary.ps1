function script:Write-SearchSummary {
    <#
    .SYNOPSIS
    Writes the totals of a search, and warns if it did not list every invalid or incomplete row.
    #>
    param([hashtable] $Run, [object] $Received)

    $Run.Cmdlet.WriteVerbose("Targets: $($Received.targets). Records: $($Received.records). Files and queries: $($Received.files).")
    $reported = 0
    foreach ($rows in $Run.BadRows.Values) { $reported += $rows.Skipped.Count + $rows.Used.Count }
    if ($Received.bad_rows -gt $reported) {
        $Run.Cmdlet.WriteWarning("In total, $($Received.bad_rows) rows are invalid or incomplete. Only the first $reported are listed.")
    }
}
