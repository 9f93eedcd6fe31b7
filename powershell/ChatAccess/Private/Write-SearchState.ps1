function script:Write-SearchState {
    <#
    .SYNOPSIS
    Updates the progress of a search with an event about its state.
    #>
    param([hashtable] $Run, [object] $Received)

    $Run.Percent = -1
    switch ($Received.event) {
        'progress' {
            $Run.Doing = 'File {0} of {1}; {2:n0} MB' -f $Received.files, ($Received.files + $Received.files_waiting), ($Received.bytes / 1MB)
            if ($Received.bytes_total -gt 0) {
                $Run.Percent = [int] [Math]::Min(100, 100 * $Received.bytes / $Received.bytes_total)
            }
        }
        'request_progress' {
            $records = if ($Received.records) { '; {0:n0} records' -f $Received.records }
            $Run.Doing = "$(Get-SearchSourceName $Received.source): $($Received.message)$records"
        }
        'wait' {
            $Run.Cmdlet.WriteVerbose("$($Received.reason) The next request is in $([int] $Received.seconds) s.".TrimStart())
            $Run.Doing = "Next request at $([datetime]::Now.AddSeconds($Received.seconds).ToString('T')). $($Received.reason)"
        }
    }
}
