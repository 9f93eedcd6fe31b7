function script:ConvertTo-RemovalOutcome {
    <#
    .SYNOPSIS
    Makes the objects that a person sees of outcomes of the native library. Other events stay as they are.
    #>
    param([object[]] $Reported)

    # A call costs as much as half of the object, so there is none for each.
    foreach ($outcome in $Reported) {
        if ($outcome.event -ne 'outcome') {
            $outcome
            continue
        }
        # PowerShell 7 makes a date of such a text by itself.
        $completed = if ($outcome.completed -is [datetime]) { $outcome.completed.ToUniversalTime() } else { ConvertTo-UtcTime $outcome.completed }
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
            Completed       = $completed
        }
    }
}

function script:New-RemovalError {
    <#
    .SYNOPSIS
    Makes the error for a removal that did not take the access away. Its id is Removal and the status.
    #>
    [CmdletBinding()]
    [OutputType([Management.Automation.ErrorRecord])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It only makes an object.')]
    param(
        [Parameter(Mandatory)]
        [object] $Outcome
    )

    $category = switch ($Outcome.Status) {
        'Invalid' { 'InvalidArgument' }
        'NotFound' { 'ObjectNotFound' }
        'Denied' { 'PermissionDenied' }
        'Unauthorized' { 'AuthenticationError' }
        'Throttled' { 'LimitsExceeded' }
        'Cancelled' { 'OperationStopped' }
        'Uncertain' { 'OperationTimeout' }
        default { 'InvalidResult' }
    }
    $message = if ($Outcome.Status -eq 'Invalid') {
        $Outcome.Message
    } else {
        $reason = if ($Outcome.Code) { "$($Outcome.Code): $($Outcome.Message)" } else { $Outcome.Message }
        "$($Outcome.Status): user $($Outcome.UserId) in chat $($Outcome.ThreadId). $reason"
    }
    New-ChatAccessError -ErrorId "Removal$($Outcome.Status)" -Category $category -TargetObject $Outcome -Message $message -RecommendedAction $Outcome.NextStep
}
