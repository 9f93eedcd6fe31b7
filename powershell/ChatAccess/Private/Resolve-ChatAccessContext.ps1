function script:Resolve-ChatAccessContext {
    <#
    .SYNOPSIS
    Returns the contexts that a command was called with or, without -Context, the current one.
    .DESCRIPTION
    Ends the command with the error NotConnected where there is neither, unless AllowNone is set, and
    with InvalidContext if a value of -Context is no account of this process.
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.Context', [object[]])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The bound parameters. -Context counts as specified if it is among them, also if it is null.
        [Collections.IDictionary] $Parameter = @{},

        [string] $RecommendedAction = 'Run Connect-ChatAccess first.',

        [switch] $AllowNone
    )

    if (-not $Parameter.ContainsKey('Context')) {
        if ($script:CurrentContext) {
            $script:CurrentContext
        } elseif (-not $AllowNone) {
            $Cmdlet.ThrowTerminatingError((New-ChatAccessError -ErrorId 'NotConnected' -Category ConnectionError -Message (
                        'No account is connected to Microsoft Graph.') -RecommendedAction $RecommendedAction))
        }
        return
    }
    $contexts = @($Parameter['Context'])
    $action = 'Pass an account that Connect-ChatAccess -PassThru returned, or omit -Context to use the current account.'
    $reason = if (-not $contexts.Count) { 'is empty' }
    foreach ($context in $contexts) {
        if ($null -eq $context) {
            $reason = 'is null'
        } elseif ($context.PSTypeNames -contains 'Deserialized.ChatAccess.Context') {
            $reason = 'is an account of another process, whose token is not available here'
            $action = 'Run Connect-ChatAccess in this process.'
        } elseif ($context -isnot (Get-ContextType)) {
            $reason = "'$context' is not an account of Connect-ChatAccess"
        }
    }
    if ($reason) {
        $Cmdlet.ThrowTerminatingError((New-ChatAccessError -ErrorId 'InvalidContext' -Category InvalidArgument -TargetObject $Parameter['Context'] -Message (
                    "Context $reason.") -RecommendedAction $action))
    }
    $contexts
}
