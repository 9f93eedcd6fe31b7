function script:Test-Permission {
    <#
    .SYNOPSIS
    Checks whether an account has a permission that one command needs and removals do not, for
    Test-ChatAccess.
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.CheckResult')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The script block uses them.')]
    param(
        [Parameter(Mandatory)]
        [object] $Account,

        # The command, with the parameter that needs the permission.
        [Parameter(Mandatory)]
        [string] $Command,

        # The least permission, and others that include it.
        [Parameter(Mandatory)]
        [string[]] $Scope
    )

    Invoke-Check $Command {
        $has = @($Scope | Microsoft.PowerShell.Core\Where-Object { $Account.Scopes -contains $_ })
        if ($has) {
            return @{ Passed = $true; Message = "The token has the permission $($has[0])." }
        }
        @{
            # Empty, because removals need no such permission.
            Passed   = $null
            Message  = "The token doesn't have the permission $($Scope[0]), which only this needs."
            NextStep = "To use it, run Connect-ChatAccess -Scope Chat.ReadWrite.All, $($Scope[0])."
        }
    }
}
