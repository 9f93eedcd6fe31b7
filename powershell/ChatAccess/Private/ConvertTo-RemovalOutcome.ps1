function script:ConvertTo-RemovalOutcome {
    <#
    .SYNOPSIS
    Makes the object that a person sees of an outcome of the native library.
    #>
    param([object] $Outcome)

    [pscustomobject] @{
        PSTypeName      = 'ChatAccess.RemovalOutcome'
        TenantId        = $Outcome.tenant_id
        UserId          = $Outcome.user_id
        ThreadId        = $Outcome.thread_id
        Status          = $Outcome.status
        HttpStatus      = $Outcome.http_status
        Code            = $Outcome.code
        Message         = $Outcome.message
        NextStep        = $Outcome.next_step
        RequestId       = $Outcome.request_id
        ClientRequestId = $Outcome.client_request_id
        Attempts        = $Outcome.attempts
        Duration        = [timespan]::FromMilliseconds($Outcome.duration_ms)
        Completed       = ConvertTo-UtcTime $Outcome.completed
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
