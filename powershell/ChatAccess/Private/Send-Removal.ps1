function script:Send-Removal {
    <#
    .SYNOPSIS
    Queues a removal in a run, and writes the outcomes that are ready.
    #>
    # Runs for each removal. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [hashtable] $Row)

    $status = Submit-Removal $Run $Row
    if ($status -eq $NativeStatus.QueueFull) {
        Wait-NativeRun $Run { ($Row.Status = Submit-Removal $Run $Row) -ne $NativeStatus.QueueFull }
        $status = $Row.Status
    }
    switch ($status) {
        $NativeStatus.NotYet {
            $Run.Queued++
            $Run.Rows[$Run.Queued] = $Row
        }
        $NativeStatus.InvalidArgument {
            Write-RemovalFailure $Run (New-UnsentOutcome $Row -Received (ConvertFrom-NativeBuffer $Run.Buffer $Run.ResponseLength))
        }
        $NativeStatus.RunOver {
            $why = if ($Run.Disconnected) { 'The account was disconnected' } else { 'The run was stopped' }
            Write-RemovalFailure $Run (New-UnsentOutcome $Row -Status Cancelled -Message "$why before this removal was sent." -NextStep (
                    'Run the command again for the remaining removals. With the same journal, completed removals are skipped.'))
        }
        default {
            $Run.Cmdlet.ThrowTerminatingError((ConvertTo-NativeStatusError $status))
        }
    }
    # Fetching costs more than queueing, so it happens at most every 20 ms, for many removals.
    if ($Run.Watch.ElapsedMilliseconds - $Run.FetchedAt -ge 20) {
        Receive-NativeEvent $Run 0
        $Run.FetchedAt = $Run.Watch.ElapsedMilliseconds
    }
}
