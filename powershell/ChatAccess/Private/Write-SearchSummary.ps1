function script:Write-SearchSummary {
    <#
    .SYNOPSIS
    Writes what a search has read and found, and warns where it did not report every invalid row.
    #>
    param([hashtable] $Run, [object] $Received)

    $Run.Cmdlet.WriteVerbose("$($Received.records) records in $($Received.files) files and queries: $($Received.targets) chats and users.")
    $reported = 0
    foreach ($rows in $Run.BadRows.Values) { $reported += $rows.Count }
    if ($Received.bad_rows -gt $reported) {
        $Run.Cmdlet.WriteWarning("$($Received.bad_rows) rows in all can't be used; only the first $reported of them are named.")
    }
}
