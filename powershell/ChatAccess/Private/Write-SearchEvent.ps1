function script:Write-SearchEvent {
    <#
    .SYNOPSIS
    Writes the events of a search or a report: targets to the pipeline, everything else to its stream.
    #>
    param([hashtable] $Run)

    $cmdlet = $Run.Cmdlet
    if ($Run.Fetched.Events[0] -is (Get-ResultType).Target) {
        foreach ($target in $Run.Fetched.Events) {
            if ($target.Unresolved) {
                $seen = $Run.Unresolved[$target.Unresolved]
                if ($seen) { $seen[0]++ } else { $Run.Unresolved[$target.Unresolved] = @(1, $target.UnresolvedReason) }
            }
            if ($VerbosePreference -ne 'SilentlyContinue') {
                $cmdlet.WriteVerbose("User $(if ($target.UserPrincipalName) { $target.UserPrincipalName } else { $target.UserId }) in chat $($target.ThreadId): first record $($target.FirstRecord); last record $($target.LastRecord).")
            }
        }
        # Outside of a loop, for the reason that Wait-NativeRun states.
        $Run.Fetched.Events
        return
    }
    foreach ($one in $Run.Fetched.Events) {
        switch ($one.event) {
            { $_ -in 'progress', 'request_progress', 'wait' } { Write-SearchState $Run $one }
            'source_error' { $cmdlet.WriteError((ConvertTo-SearchSourceError $one)) }
            'file_error' {
                $Run.Failed = $true
                $cmdlet.WriteError((New-ChatAccessError -ErrorId 'UnreadableFile' -Category InvalidData -TargetObject $one.file -Message $one.message))
            }
            'report' {
                $Run.Written = $true
                $cmdlet.WriteVerbose("Wrote the report to '$($one.path)'.")
            }
            { $_ -in 'truncated', 'warning' } { $cmdlet.WriteWarning($one.message) }
            'bad_row' {
                if (-not $Run.BadRows.Contains($one.file)) {
                    $Run.BadRows[$one.file] = @{
                        Skipped = [Collections.Generic.List[string]]::new()
                        Used    = [Collections.Generic.List[string]]::new()
                    }
                }
                $kind = if ($one.used) { 'Used' } else { 'Skipped' }
                $Run.BadRows[$one.file][$kind].Add($one.message)
                $cmdlet.WriteVerbose($one.message)
            }
            'searched' {
                $Run.Search.Add($one)
                Write-SearchSummary $Run $one
            }
        }
    }
}
