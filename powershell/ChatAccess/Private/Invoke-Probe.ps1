function script:Invoke-Probe {
    <#
    .SYNOPSIS
    Lets the native library send a request without a token to Microsoft Graph and to Entra, and
    returns what each of them met, which takes a few seconds at most.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The members of the request that name the cloud, as chat_access_open documents them.
        [Parameter(Mandatory)]
        [hashtable] $Request
    )

    $Request.open = 'probe'
    $run = New-NativeRun -Cmdlet $Cmdlet -EventWriter 'Write-ProbeEvent' -Activity 'Checking the connection to Microsoft Graph and Entra' -ProgressId 4
    $run.Found = @{}
    Open-NativeRun -Run $run -Request $Request
    $run.Doing = 'Waiting for a response'
    try {
        Wait-NativeRun $run
    } finally {
        Close-NativeRun $run
    }
    $run.Found
}
