function script:Send-Removal {
    <#
    .SYNOPSIS
    Queues a removal in a run, and writes the outcomes that are ready.
    #>
    # Runs for each removal. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [string[]] $Id)

    $utf8 = [Text.Encoding]::UTF8
    $tenant = $utf8.GetBytes($Id[0])
    $user = $utf8.GetBytes($Id[1])
    $thread = $utf8.GetBytes($Id[2])
    [int] $length = 0
    do {
        $status = $Run.Native::remove_all_access_for_user(
            $Run.Handle, $tenant, $tenant.Length, $user, $user.Length, $thread, $thread.Length, 0,
            $Run.Buffer, $Run.Buffer.Length, [ref] $length)
        switch ($status) {
            $NativeStatus.NotYet {
                $Run.Queued++
            }
            $NativeStatus.InvalidArgument {
                $Run.Queued++
                $outcome = ConvertTo-Result RemovalOutcome (ConvertFrom-NativeBuffer $Run.Buffer $length)
                # The library shortens ids that are too long to show.
                $outcome.TenantId, $outcome.UserId, $outcome.ThreadId = $Id
                Write-RemovalFailure $Run $outcome
            }
            $NativeStatus.QueueFull {
                $null = Receive-NativeEvent $Run
            }
            default {
                throw (ConvertTo-NativeStatusError $status)
            }
        }
    } while ($status -eq $NativeStatus.QueueFull)
    # Fetching costs more than queueing, so it happens at most every 20 ms, for many removals.
    if ($Run.Watch.ElapsedMilliseconds - $Run.FetchedAt -ge 20) {
        $null = Receive-NativeEvent $Run 0
        $Run.FetchedAt = $Run.Watch.ElapsedMilliseconds
    }
}
