function script:Write-RemovalNotice {
    <#
    .SYNOPSIS
    Writes an event other than an outcome to the stream where it belongs.
    #>
    param([hashtable] $Run, [object] $Received)

    switch ($Received.event) {
        'wait' {
            $Run.Waiting = "$($Received.reason): $($Received.seconds) s left."
            $Run.WaitsUntil = $Run.Watch.Elapsed.Add([timespan]::FromSeconds($Received.seconds))
            $Run.Cmdlet.WriteVerbose($Run.Waiting)
        }
        'resumed' {
            $Run.Cmdlet.WriteVerbose((
                    'The journal holds {0} confirmed removals, which are skipped, {1} without an outcome and {2} that failed, which are made again.' -f
                    $Received.removed, $Received.in_flight, $Received.failed))
            if ($Received.unreadable) {
                $Run.Cmdlet.WriteWarning("$($Received.unreadable) lines of the journal can't be read and were passed over; their removals are made again.")
            }
            if ($Received.torn) {
                $Run.Cmdlet.WriteWarning('The last line of the journal was torn, as a crash leaves it, and was taken off; its removal is made again.')
            }
        }
        'warning' {
            $Run.Cmdlet.WriteWarning($Received.message)
        }
    }
}
