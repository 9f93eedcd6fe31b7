function Disconnect-ChatAccess {
    <#
    .SYNOPSIS
    Disconnects from Microsoft Graph and wipes the token from memory.

    .DESCRIPTION
    Closes the current account, or the ones given, and stops removals of this session that were interrupted.
    Disconnecting twice does no harm.

    .PARAMETER Context
    The account or accounts to disconnect, as Connect-ChatAccess -PassThru returned them.

    .PARAMETER WhatIf
    Shows what would be disconnected.

    .PARAMETER Confirm
    Asks before it disconnects.

    .OUTPUTS
    Nothing.

    .EXAMPLE
    PS> Disconnect-ChatAccess

    Closes the current account.

    .EXAMPLE
    PS> $first, $second | Disconnect-ChatAccess

    Closes two accounts that were connected with -PassThru.

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
            # A status here says that it is closed already.
            $null = (Get-NativeLibrary)::chat_access_close($account.Handle)
            if ($script:CurrentContext -and $script:CurrentContext.Handle -eq $account.Handle) {
                $script:CurrentContext = $null
            }
        }
    }
}
