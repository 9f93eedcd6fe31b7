function script:Stop-DisconnectedRun {
    <#
    .SYNOPSIS
    Stops a run whose account is disconnected. Its command returns the remaining outcomes.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Disconnect-ChatAccess asks for confirmation.')]
    param([hashtable] $Run)

    $Run.Disconnected = $true
    # Has no effect on a sign-in or a registration, which ends with its account.
    $null = $Run.Native::chat_access_cancel($Run.Handle)
}
