function script:ConvertTo-SignInError {
    <#
    .SYNOPSIS
    Returns the error for a sign-in that failed. Its id is 'SignIn' and the reason.
    #>
    param([object] $Received)

    $category = if ($Received.error -in 'Unreachable', 'TemporarilyUnavailable', 'NotEntra', 'NoListener') {
        'ConnectionError'
    } else {
        'AuthenticationError'
    }
    $about = [pscustomobject] @{
        Error         = $Received.error
        Code          = $Received.code
        CorrelationId = $Received.correlation_id
        TraceId       = $Received.trace_id
    }
    New-ChatAccessError -ErrorId "SignIn$($Received.error)" -Category $category -TargetObject $about -Message $Received.message -RecommendedAction $Received.next_step
}
