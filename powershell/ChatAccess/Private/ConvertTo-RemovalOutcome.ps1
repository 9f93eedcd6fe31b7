function script:ConvertTo-RemovalOutcome {
    <#
    .SYNOPSIS
    Converts outcomes of the native library to ChatAccess.RemovalOutcome objects. Returns other
    events unchanged.
    #>
    param([object[]] $Received)

    # Converts many in one call, because a call costs half as much as an object.
    foreach ($outcome in $Received) {
        if ($outcome.event -ne 'outcome') {
            $outcome
            continue
        }
        [pscustomobject] @{
            PSTypeName      = 'ChatAccess.RemovalOutcome'
            TenantId        = $outcome.tenant_id
            UserId          = $outcome.user_id
            ThreadId        = $outcome.thread_id
            Status          = $outcome.status
            HttpStatus      = $outcome.http_status
            Code            = $outcome.code
            Message         = $outcome.message
            NextStep        = $outcome.next_step
            RequestId       = $outcome.request_id
            ClientRequestId = $outcome.client_request_id
            Attempts        = $outcome.attempts
            Duration        = [timespan]::FromMilliseconds($outcome.duration_ms)
            # ConvertTo-UtcTime handles both types, at the cost of a call.
            Completed       = if ($outcome.completed -is [datetime]) { $outcome.completed.ToUniversalTime() } else { ConvertTo-UtcTime $outcome.completed }
        }
    }
}
