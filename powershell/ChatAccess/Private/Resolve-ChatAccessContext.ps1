function script:Resolve-ChatAccessContext {
    <#
    .SYNOPSIS
    Returns the contexts that a command was called with or, without any, the current one.
    .DESCRIPTION
    Ends the command with the error NotConnected where there is neither, unless AllowNone is set.
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.Context')]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [AllowNull()]
        [object[]] $Context,

        [string] $RecommendedAction = 'Run Connect-ChatAccess first.',

        [switch] $AllowNone
    )

    $resolved = if ($Context) { $Context } else { $script:CurrentContext }
    if ($resolved) {
        $resolved
    } elseif (-not $AllowNone) {
        $Cmdlet.ThrowTerminatingError((New-ChatAccessError -ErrorId 'NotConnected' -Category ConnectionError -Message (
                    'No account is connected to Microsoft Graph.') -RecommendedAction $RecommendedAction))
    }
}
