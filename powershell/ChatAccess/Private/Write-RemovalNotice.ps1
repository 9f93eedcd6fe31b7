function script:Write-RemovalNotice {
    <#
    .SYNOPSIS
    Writes an event other than an outcome to the stream where it belongs.
    #>
    param([hashtable] $Run, [object] $Received)

    switch ($Received.event) {
        'wait' {
            $Run.WaitsFor = $Received.cause
            $Run.WaitsUntil = $Run.Watch.Elapsed.Add([timespan]::FromSeconds($Received.seconds))
            $message = "$($Received.reason) Waiting $($Received.seconds) s."
            # A person who sees nothing for longer than this takes the command for hung.
            if ($Received.seconds -gt 10) {
                $Run.Cmdlet.WriteWarning($message)
            } else {
                $Run.Cmdlet.WriteVerbose($message)
            }
        }
        'resumed' {
            $then = if ($Run.Option.force) { 'sent again' } else { 'skipped unless LastSeen is later' }
            $message = 'Confirmed removals in the journal, which are {0}: {1}.' -f $then, $Received.removed
            if ($Received.in_flight -or $Received.failed) {
                $message += ' Without an outcome or failed, and sent again: {0}.' -f ($Received.in_flight + $Received.failed)
            }
            Write-HostMessage -Cmdlet $Run.Cmdlet -Message $message
            if ($Received.unreadable) {
                $Run.Cmdlet.WriteWarning("$($Received.unreadable) lines of the journal can't be read and were skipped. Their removals are sent again.")
            }
            if ($Received.unconfirmed) {
                $Run.Cmdlet.WriteWarning("$($Received.unconfirmed) removals are recorded in the journal as Removed, but without the time and request id of a confirmation. They are sent again.")
            }
            if ($Received.torn) {
                $Run.Cmdlet.WriteWarning('The last line of the journal was incomplete, as after a crash, and was deleted. Its removal is sent again.')
            }
        }
        'warning' {
            $Run.Cmdlet.WriteWarning($Received.message)
        }
    }
}
