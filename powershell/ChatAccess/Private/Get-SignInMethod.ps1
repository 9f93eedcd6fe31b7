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

    $reason = Get-NonInteractiveReason -ForText:$UseDeviceCode
    if ($reason) {
        $token = 'use -RefreshToken with the token that Export-ChatAccessToken returns after an interactive sign-in elsewhere, or use -AccessToken.'
        $action = if ($UseDeviceCode -or (Get-NonInteractiveReason -ForText)) {
            $token.Substring(0, 1).ToUpperInvariant() + $token.Substring(1)
        } else {
            "If you see the output of this session, use -UseDeviceCode. Otherwise, $token"
        }
        throw (New-ChatAccessError -ErrorId 'NobodyToSignIn' -Category AuthenticationError -Message (
                "Interactive sign-in isn't possible here: $reason.") -RecommendedAction $action)
    }
    if ($UseDeviceCode -or -not (Test-Desktop)) {
        'device_code'
    } else {
        'browser'
    }
}
