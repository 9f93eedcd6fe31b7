function script:Watch-Runspace {
    <#
    .SYNOPSIS
    Closes the accounts and runs of this session when its runspace closes.
    .DESCRIPTION
    The handler is compiled from an expression, because no script can run in a closed runspace.
    #>
    [CmdletBinding()]
    param()

    $expression = [Linq.Expressions.Expression]
    $subject = $expression::Parameter([object])
    $change = $expression::Parameter([Management.Automation.Runspaces.RunspaceStateEventArgs])
    $state = $expression::Property($expression::Property($change, 'RunspaceStateInfo'), 'State')
    $isClosed = $expression::Equal($state, $expression::Constant([Management.Automation.Runspaces.RunspaceState]::Closed))
    $close = [Delegate]::CreateDelegate([Converter[long, int]], (Get-NativeLibrary).GetMethod('chat_access_close'))
    $closeAll = $expression::Call(
        $expression::Constant($script:Handles), 'ConvertAll', [type[]] [int], [Linq.Expressions.Expression[]] $expression::Constant($close))
    $handler = $expression::Lambda(
        [EventHandler[Management.Automation.Runspaces.RunspaceStateEventArgs]], $expression::IfThen($isClosed, $closeAll),
        [Linq.Expressions.ParameterExpression[]] ($subject, $change))
    [Management.Automation.Runspaces.Runspace]::DefaultRunspace.add_StateChanged($handler.Compile())
}
