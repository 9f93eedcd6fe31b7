function script:Get-SignInMethod {
    <#
    .SYNOPSIS
    Returns the sign-in method for this session: 'browser' or 'device_code'.
    .DESCRIPTION
    Fails at once where interactive sign-in isn't possible, because a job would wait forever.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [switch] $UseDeviceCode
    )

    $reason = Get-NonInteractiveReason
    if ($reason) {
        throw (New-ChatAccessError -ErrorId 'NobodyToSignIn' -Category AuthenticationError -Message (
                "Interactive sign-in isn't possible here: $reason.") -RecommendedAction (
                'Use -RefreshToken with the token that Export-ChatAccessToken returns after an interactive sign-in elsewhere, or use -AccessToken.'))
    }
    if ($UseDeviceCode -or -not (Test-Desktop)) {
        'device_code'
    } else {
        'browser'
    }
}
