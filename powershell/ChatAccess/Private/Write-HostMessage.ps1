function script:Write-HostMessage {
    <#
    .SYNOPSIS
    Shows a message to the user, as an information record that the host displays.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [Parameter(Mandatory)]
        [string] $Message
    )

    $Cmdlet.WriteInformation([Management.Automation.HostInformationMessage] @{ Message = $Message }, [string[]] 'PSHOST')
}
