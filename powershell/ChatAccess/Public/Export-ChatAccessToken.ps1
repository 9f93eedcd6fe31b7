function Export-ChatAccessToken {
    <#
    .SYNOPSIS
    Returns the refresh token of the connected account.

    .DESCRIPTION
    Returns the newest refresh token as a SecureString. Store it in an
    encrypted Azure Automation variable or a SecretManagement vault. With
    it, Connect-ChatAccess -RefreshToken signs in without a user for as long
    as Entra allows: by default for 90 days after its last use, and until
    the account's password is reset or its sessions are revoked.

    Anyone who has the token can act as the account with the application's
    permissions, so protect it like a password. The token changes when it is
    used: export and store it at the end of each job.

    An account that was connected with an access token has no refresh token.

    .PARAMETER Context
    The account, as Connect-ChatAccess -PassThru returned it. The default
    is the current account.

    .OUTPUTS
    System.Security.SecureString. The refresh token.

    .EXAMPLE
    PS> Connect-ChatAccess
    PS> Set-Secret ChatAccess (Export-ChatAccessToken)

    Signs in interactively once, and stores the refresh token in a
    SecretManagement vault.

    .EXAMPLE
    PS> Connect-ChatAccess -RefreshToken (Get-Secret ChatAccess)
    PS> Import-Csv targets.csv | Remove-ChatAccessForUser
    PS> Set-Secret ChatAccess (Export-ChatAccessToken)

    Runs a job without a user: signs in with the stored token, sends the
    removals, and stores the new token.

    .LINK
    Connect-ChatAccess
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType([Security.SecureString])]
    param(
        [AllowNull()]
        [object] $Context
    )

    Initialize-ChatAccess
    $account = Resolve-ChatAccessContext -Cmdlet $PSCmdlet -Parameter $PSBoundParameters
    $buffer = [byte[]]::new(16KB)
    [int] $length = 0
    $secret = [Security.SecureString]::new()
    try {
        $status = (Get-NativeLibrary)::chat_access_export_secret($account.Handle, $buffer, $buffer.Length, [ref] $length)
        if ($status -eq $NativeStatus.InvalidArgument) {
            $PSCmdlet.ThrowTerminatingError((New-ChatAccessError -ErrorId 'NoRefreshToken' -Category InvalidOperation -TargetObject $account -Message (
                        'The account was connected with an access token and has no refresh token.') -RecommendedAction (
                        'Sign in with Connect-ChatAccess, with the browser or with -UseDeviceCode.')))
        }
        if ($status -ne $NativeStatus.Ok) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-NativeStatusError $status))
        }
        # The token is ASCII, so each byte is a character. A string could not be wiped.
        for ($at = 0; $at -lt $length; $at++) {
            $secret.AppendChar([char] $buffer[$at])
        }
    } finally {
        [Array]::Clear($buffer, 0, $buffer.Length)
    }
    $secret.MakeReadOnly()
    $secret
}
