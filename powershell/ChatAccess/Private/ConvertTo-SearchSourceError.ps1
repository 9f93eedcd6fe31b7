function script:ConvertTo-SearchSourceError {
    <#
    .SYNOPSIS
    Returns the error for an online source that failed. Its id is the source and the kind of failure.
    #>
    param([object] $Received)

    $category = switch ($Received.error) {
        'Denied' { 'PermissionDenied' }
        'Unauthorized' { 'AuthenticationError' }
        default { 'ConnectionError' }
    }
    $came = if ($Received.records) { ' The {0:n0} records that came before are used.' -f $Received.records }
    New-ChatAccessError -ErrorId "$($Received.source)$($Received.error)" -Category $category -TargetObject $Received.source -Message (
        "$(Get-SearchSourceName $Received.source): $($Received.message)$came") -RecommendedAction $Received.next_step
}
