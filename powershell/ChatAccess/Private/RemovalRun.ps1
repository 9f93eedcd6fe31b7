# A run of removals in the native library, as Remove-ChatAccessForUser drives it.

# Nothing is sent while PowerShell has not called for so long: a pipeline that is stopped while another
# command in it works gives this module no chance to say so. The next run with the same journal takes it over.
$script:LeaseMilliseconds = 500

# The functions that run for each removal have plain parameters: attributes cost more than the removal.

function script:Open-RemovalRun {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [Parameter(Mandatory)]
        [long[]] $Account,

        [Parameter(Mandatory)]
        [hashtable] $Options
    )

    $Options.lease_ms = $LeaseMilliseconds
    $run = Open-NativeRun -Cmdlet $Cmdlet -Request @{ open = 'removals'; accounts = $Account; options = $Options }
    $run.Queued = 0
    $run.Removed = 0
    $run.Failed = 0
    $run
}

function script:Send-Removal {
    <#
    .SYNOPSIS
    Puts a removal into the run, and writes what has ended meanwhile to the pipeline.
    #>
    param([hashtable] $Run, [string[]] $Id)

    $utf8 = [Text.Encoding]::UTF8
    $tenant = $utf8.GetBytes($Id[0])
    $user = $utf8.GetBytes($Id[1])
    $thread = $utf8.GetBytes($Id[2])
    [int] $length = 0
    $queued = $false
    while (-not $queued) {
        $status = $Run.Native::remove_all_access_for_user(
            $Run.Handle, $tenant, $tenant.Length, $user, $user.Length, $thread, $thread.Length, 0,
            $Run.Buffer, $Run.Buffer.Length, [ref] $length)
        switch ($status) {
            $NativeStatus.NotYet {
                $Run.Queued++
                $queued = $true
            }
            $NativeStatus.InvalidArgument {
                $Run.Queued++
                Write-RemovalEvent -Run $Run -Length $length -Id $Id
                $queued = $true
            }
            $NativeStatus.QueueFull {
                $null = Receive-RemovalEvent $Run $PollMilliseconds
            }
            default {
                throw (New-NativeStatusError $status)
            }
        }
    }
    while ((Receive-RemovalEvent $Run 0) -eq $NativeStatus.Ok) { }
}

function script:Receive-RemovalEvent {
    <#
    .SYNOPSIS
    Fetches one event of the run, writes it where it belongs, and returns the call's status.
    #>
    param([hashtable] $Run, [int] $Timeout)

    [int] $length = 0
    $status = $Run.Native::chat_access_next($Run.Handle, $Timeout, $Run.Buffer, $Run.Buffer.Length, [ref] $length)
    while ($status -eq $NativeStatus.BufferTooSmall) {
        $Run.Buffer = [byte[]]::new($length)
        $status = $Run.Native::chat_access_next($Run.Handle, 0, $Run.Buffer, $Run.Buffer.Length, [ref] $length)
    }
    if ($status -lt 0) {
        throw (New-NativeStatusError $status)
    }
    if ($status -eq $NativeStatus.Ok) {
        Write-RemovalEvent -Run $Run -Length $length
    }
    if ($Run.Watch.ElapsedMilliseconds - $Run.Reported -ge 500) {
        Write-RemovalProgress $Run
    }
    $status
}

function script:Write-RemovalEvent {
    <#
    .SYNOPSIS
    Writes the event in the run's buffer to the stream where it belongs: an outcome is an object, and an
    error too where the access is not gone.
    .PARAMETER Id
    The ids as they were given, for an outcome that shows them shortened.
    #>
    param([hashtable] $Run, [int] $Length, [string[]] $Id)

    $text = [Text.Encoding]::UTF8.GetString($Run.Buffer, 0, $Length)
    $reported = $text | ConvertFrom-Json
    switch ($reported.event) {
        'outcome' {
            $outcome = ConvertTo-RemovalOutcome $reported
            if ($Id) {
                $outcome.TenantId, $outcome.UserId, $outcome.ThreadId = $Id
            }
            if ($outcome.Status -in 'Removed', 'AlreadyRemoved') {
                $Run.Removed++
            } else {
                $Run.Failed++
                $Run.Cmdlet.WriteError((New-RemovalError $outcome))
            }
            $Run.Cmdlet.WriteObject($outcome)
        }
        'wait' {
            $Run.Waiting = "$($reported.reason): $($reported.seconds) s left."
            $Run.WaitsUntil = $Run.Watch.Elapsed.Add([timespan]::FromSeconds($reported.seconds))
            $Run.Cmdlet.WriteVerbose($Run.Waiting)
        }
        'resumed' {
            $Run.Cmdlet.WriteVerbose((
                    'The journal holds {0} confirmed removals, which are skipped, {1} without an outcome and {2} that failed, which are made again.' -f
                    $reported.removed, $reported.in_flight, $reported.failed))
            if ($reported.unreadable) {
                $Run.Cmdlet.WriteWarning("$($reported.unreadable) lines of the journal can't be read and were passed over; their removals are made again.")
            }
            if ($reported.torn) {
                $Run.Cmdlet.WriteWarning('The last line of the journal was torn, as a crash leaves it, and was taken off; its removal is made again.')
            }
        }
        'warning' {
            $Run.Cmdlet.WriteWarning($reported.message)
        }
    }
}

function script:Write-RemovalProgress {
    <#
    .SYNOPSIS
    Shows how far the run is. Called twice a second at the most, and not before there is time to look.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run
    )

    $now = $Run.Watch.Elapsed
    $Run.Reported = $Run.Watch.ElapsedMilliseconds
    [int] $length = 0
    if ($Run.Native::chat_access_describe($Run.Handle, $Run.Buffer, $Run.Buffer.Length, [ref] $length) -ne 0) {
        return
    }
    $about = [Text.Encoding]::UTF8.GetString($Run.Buffer, 0, $length) | ConvertFrom-Json
    $done = $Run.Removed + $Run.Failed
    $progress = [Management.Automation.ProgressRecord]::new(
        1, "Removing users' access to chats", ('{0} of {1} done, {2} of them not removed; {3:n2} a second' -f $done, $Run.Queued, $Run.Failed, $about.per_second))
    if ($Run.WaitsUntil -gt $now) {
        $progress.CurrentOperation = $Run.Waiting
    }
    if ($Run.Queued -gt 0) {
        $progress.PercentComplete = [int] (100 * $done / $Run.Queued)
    }
    if ($about.per_second -gt 0) {
        $progress.SecondsRemaining = [int] [Math]::Min([int]::MaxValue, $about.paused_seconds + ($Run.Queued - $done) / $about.per_second)
    }
    $Run.ShowsProgress = $true
    $Run.Cmdlet.WriteProgress($progress)
}

function script:Complete-RemovalRun {
    <#
    .SYNOPSIS
    Waits for the outcomes of all that was put in and writes them.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run
    )

    $null = $Run.Native::chat_access_finish($Run.Handle)
    while ((Receive-RemovalEvent $Run $PollMilliseconds) -ne $NativeStatus.Ended) { }
    if ($Run.ShowsProgress) {
        $progress = [Management.Automation.ProgressRecord]::new(1, "Removing users' access to chats", 'Done')
        $progress.RecordType = 'Completed'
        $Run.Cmdlet.WriteProgress($progress)
    }
}
