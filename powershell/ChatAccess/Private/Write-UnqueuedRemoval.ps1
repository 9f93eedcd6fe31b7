function script:Write-UnqueuedRemoval {
    <#
    .SYNOPSIS
    Writes the outcome of a removal that was not queued, or waits for room in the queue.
    #>
    param([hashtable] $Run, [hashtable] $Row, [int] $Status)

    if ($Status -eq $NativeStatus.QueueFull) {
        $submitted = @{}
        Wait-NativeRun $Run { ($submitted.Status = Submit-Removal $Run $Row) -ne $NativeStatus.QueueFull }
        $Status = $submitted.Status
    }
    switch ($Status) {
        $NativeStatus.NotYet { }
        $NativeStatus.InvalidArgument {
            Write-RemovalFailure $Run (New-UnsentOutcome $Row -Received (ConvertFrom-NativeBuffer $Run.Buffer $Run.Length.Value))
        }
        $NativeStatus.RunOver {
            $why = if ($Run.Disconnected) { 'The account was disconnected' } else { 'The run was stopped' }
            Write-RemovalFailure $Run (New-UnsentOutcome $Row -Status Cancelled -Message "$why before this removal was sent." -NextStep (
                    'Run the command again for the remaining removals. With the same journal, completed removals are skipped.'))
        }
        default {
            $Run.Cmdlet.ThrowTerminatingError((ConvertTo-NativeStatusError $Status))
        }
    }
}
