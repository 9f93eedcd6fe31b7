function Disconnect-ChatAccess {
    <#
    .SYNOPSIS
    Disconnects from Microsoft Graph and wipes the token from memory.

    .DESCRIPTION
    Closes the current account, or the accounts that you pass. Without
    -Context, it also ends interrupted runs of this session. Disconnecting
    twice is harmless.

    .PARAMETER Context
    The accounts to disconnect, as Connect-ChatAccess -PassThru returned
    them. The default is the current account.

    .PARAMETER WhatIf
    Shows which accounts would be disconnected.

    .PARAMETER Confirm
    Prompts for confirmation before it disconnects each account.

    .OUTPUTS
    None.

    .EXAMPLE
    PS> Disconnect-ChatAccess

    Disconnects the current account.

    .EXAMPLE
    PS> $first, $second | Disconnect-ChatAccess

    Disconnects two accounts that were connected with -PassThru.

    .LINK
    Connect-ChatAccess
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')]
    [OutputType([void])]
    param(
        [Parameter(ValueFromPipeline)]
        [PSTypeName('ChatAccess.Context')] $Context
    )

    begin {
        Initialize-ChatAccess
    }

    process {
        if (-not $Context) {
            foreach ($run in @($script:Runs)) {
                Close-NativeRun $run -Interrupted
            }
        }
        foreach ($account in Resolve-ChatAccessContext -Cmdlet $PSCmdlet -Context $Context -AllowNone) {
            if (-not $PSCmdlet.ShouldProcess($account.Account, 'Disconnect')) {
                continue
            }
            # Fails only for a handle that is closed already.
            $null = (Get-NativeLibrary)::chat_access_close($account.Handle)
            if ($script:CurrentContext -and $script:CurrentContext.Handle -eq $account.Handle) {
                $script:CurrentContext = $null
            }
        }
    }
}
