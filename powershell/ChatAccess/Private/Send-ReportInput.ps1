function script:Send-ReportInput {
    <#
    .SYNOPSIS
    Starts a report in the native library, and passes the objects of the pipeline to it.
    #>
    param([hashtable] $Report, [hashtable] $Run)

    $searches = [Collections.Generic.List[object]]::new()
    $unknown = 0
    $last = $null
    foreach ($target in $Report.Targets) {
        $search = $target.GetSearch()
        # The targets of a search follow each other.
        if ($null -ne $search -and [object]::ReferenceEquals($search, $last)) {
            continue
        }
        if ($null -eq $search -or -not $search.Count) {
            $unknown++
        } elseif (-not $searches.Contains($search)) {
            $searches.Add($search)
        }
        $last = $search
    }
    foreach ($row in $Report.Rows) { if (-not $row.ContainsKey('status')) { $unknown++ } }
    $sources = foreach ($search in $searches) { foreach ($source in $search[0].sources) { if ($source.file) { $source.file.path } } }
    foreach ($one in $Report.Path, $Report.JsonPath) { Assert-NotInput -Path $one -Parameter Path -Source $sources }
    Open-NativeRun -Run $Run -Request $Report.Request
    foreach ($list in $Report.Targets, $Report.Outcomes, $Report.Rows) {
        # A few megabytes at a time.
        for ($at = 0; $at -lt $list.Count; $at += 2000) {
            Send-ReportText $Run (ConvertTo-ReportJson $list.GetRange($at, [Math]::Min(2000, $list.Count - $at)))
        }
    }
    foreach ($search in $searches) {
        Send-ReportText $Run (Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $search[0] -Depth 5 -Compress)
    }
    if ($unknown) {
        $targets = if ($unknown -eq 1) { '1 target is' } else { "$unknown targets are" }
        $message = "$targets from a table or another session, so their sources are not known to this report."
        Send-ReportText $Run (ConvertTo-RequestJson @{ event = 'searched'; incomplete = @($message) })
    }
}
