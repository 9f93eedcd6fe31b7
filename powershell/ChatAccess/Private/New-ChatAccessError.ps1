function script:New-ChatAccessError {
    <#
    .SYNOPSIS
    Makes an error record with a stable id, a category, the object it is about and what to do next.
    #>
    [CmdletBinding()]
    [OutputType([Management.Automation.ErrorRecord])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It only makes an object.')]
    param(
        [Parameter(Mandatory)]
        [string] $ErrorId,

        [Parameter(Mandatory)]
        [Management.Automation.ErrorCategory] $Category,

        [Parameter(Mandatory)]
        [string] $Message,

        [object] $TargetObject,

        [string] $RecommendedAction
    )

    $exception = [InvalidOperationException]::new($Message)
    $record = [Management.Automation.ErrorRecord]::new($exception, $ErrorId, $Category, $TargetObject)
    if ($RecommendedAction) {
        # PowerShell 7 shows the recommendation under the message, Windows PowerShell does not show it.
        $shown = if ($PSVersionTable['PSEdition'] -eq 'Core') { $Message } else { "$Message $RecommendedAction" }
        $record.ErrorDetails = [Management.Automation.ErrorDetails]::new($shown)
        $record.ErrorDetails.RecommendedAction = $RecommendedAction
    }
    $record
}
