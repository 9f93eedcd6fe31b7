# A run of removals in the native library, as Remove-ChatAccessForUser drives it.

# Nothing is sent while PowerShell has not called for so long: a pipeline that is stopped while another
# command in it works gives this module no chance to say so. The next run with the same journal takes it over.
$script:LeaseMilliseconds = 500

# The functions that run for each removal have plain parameters: attributes cost more than the removal.

# Outcomes are fetched so often while more removals come in.
$script:FetchMilliseconds = 20

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
    $run.Fetched = 0
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
                $outcome = ConvertTo-RemovalOutcome ([Text.Encoding]::UTF8.GetString($Run.Buffer, 0, $length) | ConvertFrom-Json)
                # As they were given; the library shortens what is too long to show.
                $outcome.TenantId, $outcome.UserId, $outcome.ThreadId = $Id
                Write-RemovalFailure $Run $outcome
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
    # Fetching costs more than queueing, so it is done for many at a time.
    if ($Run.Watch.ElapsedMilliseconds - $Run.Fetched -ge $FetchMilliseconds) {
        $null = Receive-RemovalEvent $Run 0
    }
}

function script:Receive-RemovalEvent {
    <#
    .SYNOPSIS
    Fetches the events of the run that are there, waiting for the first, writes them where they belong, and returns
    the last call's status.
    #>
    param([hashtable] $Run, [int] $Timeout)

    $native = $Run.Native
    $texts = [Collections.Generic.List[string]]::new()
    [int] $length = 0
    do {
        $status = $native::chat_access_next($Run.Handle, $Timeout, $Run.Buffer, $Run.Buffer.Length, [ref] $length)
        while ($status -eq $NativeStatus.BufferTooSmall) {
            $Run.Buffer = [byte[]]::new($length)
            $status = $native::chat_access_next($Run.Handle, 0, $Run.Buffer, $Run.Buffer.Length, [ref] $length)
        }
        if ($status -eq $NativeStatus.Ok) {
            $texts.Add([Text.Encoding]::UTF8.GetString($Run.Buffer, 0, $length))
        }
        # The next one may be a moment behind.
        if ($Timeout) { $Timeout = 1 }
    } while ($status -eq $NativeStatus.Ok -and $texts.Count -lt 100)
    if ($texts.Count) {
        # One call for all of them: the call is what costs.
        foreach ($one in ConvertTo-RemovalOutcome ('[' + [string]::Join(',', $texts) + ']' | ConvertFrom-Json)) {
            if ($one.event) {
                Write-RemovalNotice $Run $one
            } elseif ($one.Status -in 'Removed', 'AlreadyRemoved') {
                $Run.Removed++
                $Run.Cmdlet.WriteObject($one)
            } else {
                Write-RemovalFailure $Run $one
            }
        }
    }
    if ($status -lt 0) {
        throw (New-NativeStatusError $status)
    }
    $Run.Fetched = $Run.Watch.ElapsedMilliseconds
    if ($Run.Fetched - $Run.Reported -ge 500) {
        Write-RemovalProgress $Run
    }
    $status
}

function script:Write-RemovalFailure {
    <#
    .SYNOPSIS
    Writes an outcome that did not take the access away, as an error and as an object.
    #>
    param([hashtable] $Run, [object] $Outcome)

    $Run.Failed++
    $Run.Cmdlet.WriteError((New-RemovalError $Outcome))
    $Run.Cmdlet.WriteObject($Outcome)
}

function script:Write-RemovalNotice {
    <#
    .SYNOPSIS
    Writes an event that is no outcome to the stream where it belongs.
    #>
    param([hashtable] $Run, [object] $Reported)

    switch ($Reported.event) {
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
