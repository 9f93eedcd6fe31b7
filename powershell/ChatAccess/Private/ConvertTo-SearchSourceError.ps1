function script:ConvertTo-SearchSourceError {
    <#
    .SYNOPSIS
    Returns the error for an online source that failed. Its id is the source and the failure.
    #>
    param([object] $Received)

    $category = switch ($Received.error) {
        'Denied' { 'PermissionDenied' }
        'Unauthorized' { 'AuthenticationError' }
        default { 'ConnectionError' }
    }
    $included = if ($Received.records) { ' The {0:n0} records received before are included.' -f $Received.records }
    New-ChatAccessError -ErrorId "$($Received.source)$($Received.error)" -Category $category -TargetObject $Received.source -Message (
        "$(Get-SearchSourceName $Received.source): $($Received.message)$included") -RecommendedAction $Received.next_step
}
