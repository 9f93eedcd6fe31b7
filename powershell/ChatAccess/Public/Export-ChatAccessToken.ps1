function Export-ChatAccessToken {
    <#
    .SYNOPSIS
    Returns the refresh token of the connected account, to store it for the next session.

    .DESCRIPTION
    Returns the newest refresh token as a SecureString, for an encrypted Azure Automation variable or for
    SecretManagement. Connect-ChatAccess -RefreshToken signs in with it, without a person, for as long as Entra
    allows: 90 days after its last use by default, and until the account's password or sessions are reset.

    Whoever has it can act as the account with the application's permissions, so store it like a password. It
    changes when it is used: export and store it at the end of each job.

    .PARAMETER Context
    The account, as Connect-ChatAccess -PassThru returned it. By default the current one.

    .OUTPUTS
    System.Security.SecureString.

    .EXAMPLE
    PS> Connect-ChatAccess
    PS> Set-Secret -Name ChatAccess -SecureStringSecret (Export-ChatAccessToken)

    Signs in once at a desk and stores the refresh token in a SecretManagement vault.

    .EXAMPLE
    PS> Connect-ChatAccess -RefreshToken (Get-Secret ChatAccess)
    PS> Import-Csv targets.csv | Remove-ChatAccessForUser
    PS> Set-Secret -Name ChatAccess -SecureStringSecret (Export-ChatAccessToken)

    A job without a person: it signs in with the stored token and stores the new one.

    .LINK
    Connect-ChatAccess
    #>
    [CmdletBinding()]
    [OutputType([Security.SecureString])]
    param(
        [PSTypeName('ChatAccess.Context')] $Context
    )

    Initialize-ChatAccess
    $account = Resolve-ChatAccessContext -Cmdlet $PSCmdlet -Context $Context
    $buffer = [byte[]]::new(16KB)
    [int] $length = 0
    $secret = [Security.SecureString]::new()
    try {
        $status = (Get-NativeLibrary)::chat_access_export_secret($account.Handle, $buffer, $buffer.Length, [ref] $length)
        if ($status -eq $NativeStatus.InvalidArgument) {
            $PSCmdlet.ThrowTerminatingError((New-ChatAccessError -ErrorId 'NoRefreshToken' -Category InvalidOperation -TargetObject $account -Message (
                        'The account was connected with an access token and has no refresh token.') -RecommendedAction (
                        'Sign in with Connect-ChatAccess, in the browser or with -UseDeviceCode.')))
        }
        if ($status -ne $NativeStatus.Ok) {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-NativeStatusError $status))
        }
        # A token is ASCII, so that each byte is a character; no string is made of it.
        for ($at = 0; $at -lt $length; $at++) {
            $secret.AppendChar([char] $buffer[$at])
        }
    } finally {
        [Array]::Clear($buffer, 0, $buffer.Length)
    }
    $secret.MakeReadOnly()
    $secret
}
