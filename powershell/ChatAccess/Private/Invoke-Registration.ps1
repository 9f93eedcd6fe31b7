function script:Invoke-Registration {
    <#
    .SYNOPSIS
    Finds or registers an application and returns its event 'registered'.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The request, as chat_access_open documents it.
        [Parameter(Mandatory)]
        [hashtable] $Request
    )

    $run = New-NativeRun -Cmdlet $Cmdlet -EventWriter 'Write-RegistrationEvent' -Activity "Registering the application '$($Request.name)'" -ProgressId 3
    Open-NativeRun -Run $run -Request $Request
    $run.Name = $Request.name
    $run.Application = $null
    try {
        Wait-NativeRun $run
        if (-not $run.Application) {
            throw (ConvertTo-NativeStatusError $NativeStatus.Ended)
        }
        $run.Application
    } finally {
        Close-NativeRun $run
    }
}
