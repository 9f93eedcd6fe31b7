function script:New-ChatAccessError {
    <#
    .SYNOPSIS
    Returns an error record with a stable id, a category, the object it concerns and what to do.
    #>
    [CmdletBinding()]
    [OutputType([Management.Automation.ErrorRecord])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates an object only.')]
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
        # PowerShell 7 shows the recommended action below the message, Windows PowerShell does not.
        $shown = if ($PSVersionTable['PSEdition'] -eq 'Core') { $Message } else { "$Message $RecommendedAction" }
        $record.ErrorDetails = [Management.Automation.ErrorDetails]::new($shown)
        $record.ErrorDetails.RecommendedAction = $RecommendedAction
    }
    $record
}
