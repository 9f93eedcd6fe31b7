function Disconnect-ChatAccess {
    <#
    .SYNOPSIS
    Disconnects from Microsoft Graph and wipes the token from memory.

    .DESCRIPTION
    Closes the current account, or the accounts that you pass. A run of
    Remove-ChatAccessForUser that uses such an account stops, and its
    remaining removals end as Cancelled. Disconnecting twice is harmless.

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
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low', PositionalBinding = $false)]
    [OutputType([void])]
    param(
        [Parameter(Position = 0, ValueFromPipeline)]
        [AllowNull()]
        [object] $Context
    )

    begin {
        Initialize-ChatAccess
        Clear-AbandonedRun $PSCmdlet
    }

    process {
        # A variable that is not set must not mean the current account.
        $given = if ($PSBoundParameters.ContainsKey('Context') -or $PSCmdlet.MyInvocation.ExpectingInput) { @{ Context = $Context } } else { @{} }
        foreach ($account in Resolve-ChatAccessContext -Cmdlet $PSCmdlet -Parameter $given -AllowNone) {
            if (-not $PSCmdlet.ShouldProcess($account.Account, 'Disconnect')) {
                continue
            }
            foreach ($run in @($script:Runs)) {
                if ($run.Account -contains $account.Handle) { Stop-DisconnectedRun $run }
            }
            Close-NativeHandle $account.Handle
            if ($script:CurrentContext -and $script:CurrentContext.Handle -eq $account.Handle) {
                $script:CurrentContext = $null
            }
        }
    }
}
