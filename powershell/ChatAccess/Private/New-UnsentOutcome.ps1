function script:New-UnsentOutcome {
    <#
    .SYNOPSIS
    Returns the outcome of a removal that the library did not accept.
    #>
    [CmdletBinding()]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates an object only.')]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Row,

        [string] $Status = 'Invalid',

        [string] $Message,

        [string] $NextStep,

        # The outcome as the native library describes it, instead of the parameters above.
        [object] $Received = [pscustomobject] @{ status = $Status; message = $Message; next_step = $NextStep }
    )

    $outcome = ConvertTo-Result RemovalOutcome $Received
    # The library shortens ids that are too long to show.
    $outcome.TenantId, $outcome.UserId, $outcome.ThreadId = $Row.TenantId, $Row.UserId, $Row.ThreadId
    $outcome.Number = $Row.Number
    Add-RemovalPerson $outcome $Row
    $outcome
}
