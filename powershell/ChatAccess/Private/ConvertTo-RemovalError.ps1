function script:ConvertTo-RemovalError {
    <#
    .SYNOPSIS
    Returns the error for a removal that was not confirmed. Its id is 'Removal' and the status.
    #>
    [CmdletBinding()]
    [OutputType([Management.Automation.ErrorRecord])]
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
        "$($Outcome.Status): $(Get-RemovalName $Outcome). $reason"
    }
    New-ChatAccessError -ErrorId "Removal$($Outcome.Status)" -Category $category -TargetObject $Outcome -Message $message -RecommendedAction $Outcome.NextStep
}
