function script:ConvertTo-RemovalOutcome {
    <#
    .SYNOPSIS
    Converts outcomes of the native library to ChatAccess.RemovalOutcome objects. Other events pass unchanged.
    #>
    param([object[]] $Received)

    # Takes many at a time, because a call costs half as much as the object.
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
            # PowerShell 7 parses the time itself. ConvertTo-UtcTime does both, at the cost of a call.
            Completed       = if ($outcome.completed -is [datetime]) { $outcome.completed.ToUniversalTime() } else { ConvertTo-UtcTime $outcome.completed }
        }
    }
}
