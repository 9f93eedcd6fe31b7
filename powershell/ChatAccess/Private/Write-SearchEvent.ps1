function script:Write-SearchEvent {
    <#
    .SYNOPSIS
    Writes the events of a search: targets to the pipeline, everything else to its stream.
    #>
    param([hashtable] $Run, [object[]] $Received)

    $cmdlet = $Run.Cmdlet
    if ($Received[0] -is (Get-ResultType).Target) {
        $cmdlet.WriteObject($Received, $true)
        return
    }
    foreach ($one in $Received) {
        switch ($one.event) {
            { $_ -in 'progress', 'request_progress', 'wait' } { Write-SearchState $Run $one }
            'source_error' { $cmdlet.WriteError((ConvertTo-SearchSourceError $one)) }
            'file_error' {
                $cmdlet.WriteError((New-ChatAccessError -ErrorId 'UnreadableFile' -Category InvalidData -TargetObject $one.file -Message $one.message))
            }
            'report' { $cmdlet.WriteVerbose("Wrote the report to '$($one.path)'.") }
            { $_ -in 'truncated', 'warning' } { $cmdlet.WriteWarning($one.message) }
            'bad_row' {
                if (-not $Run.BadRows.Contains($one.file)) {
                    $Run.BadRows[$one.file] = @{
                        Skipped = [Collections.Generic.List[object]]::new()
                        Used    = [Collections.Generic.List[object]]::new()
                    }
                }
                $kind = if ($one.used) { 'Used' } else { 'Skipped' }
                $Run.BadRows[$one.file][$kind].Add($one.row)
                $cmdlet.WriteVerbose($one.message)
            }
            'searched' { Write-SearchSummary $Run $one }
        }
    }
}
