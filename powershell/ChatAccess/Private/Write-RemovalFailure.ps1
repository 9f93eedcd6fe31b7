function script:Write-RemovalFailure {
    <#
    .SYNOPSIS
    Writes the outcome of a removal that was not confirmed, as an error and as an object.
    #>
    param([hashtable] $Run, [object] $Outcome)

    $Run.Failed++
    $Run.Cmdlet.WriteError((ConvertTo-RemovalError $Outcome))
    $Outcome
}
