function script:Get-SignInMethod {
    <#
    .SYNOPSIS
    Returns how the user can sign in in this session: 'browser' or 'device_code'.
    .DESCRIPTION
    Fails at once where no user can, because a job that waits for a user never ends.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [switch] $UseDeviceCode
    )

    $reason = Get-NonInteractiveReason
    if ($reason) {
        throw (New-ChatAccessError -ErrorId 'NobodyToSignIn' -Category AuthenticationError -Message (
                "Nobody can sign in here: $reason.") -RecommendedAction (
                'Give -RefreshToken, which Export-ChatAccessToken returns after one sign-in at a desk, or -AccessToken.'))
    }
    if ($UseDeviceCode -or -not (Test-Desktop)) {
        'device_code'
    } else {
        'browser'
    }
}
