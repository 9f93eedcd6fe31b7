function script:ConvertTo-NativeStatusError {
    <#
    .SYNOPSIS
    Returns the error for a status that a call of the native library should not have returned.
    #>
    [CmdletBinding()]
    [OutputType([Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)]
        [int] $Status
    )

    if ($Status -eq $NativeStatus.ClosedHandle) {
        return New-ChatAccessError -ErrorId 'Disconnected' -Category ConnectionError -TargetObject $Status -Message (
            'The account is disconnected.') -RecommendedAction 'Run Connect-ChatAccess again.'
    }
    New-ChatAccessError -ErrorId 'NativeCallFailed' -Category InvalidResult -TargetObject $Status -Message (
        "The native library returned the unexpected status $Status.") -RecommendedAction (
        'Start a new PowerShell session and try again. If the problem persists, report it with the command that you ran.')
}
