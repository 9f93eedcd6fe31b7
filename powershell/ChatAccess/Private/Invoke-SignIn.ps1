function script:Invoke-SignIn {
    <#
    .SYNOPSIS
    Signs in and returns the handle of the account. Ctrl+C stops the sign-in.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The request, as chat_access_open documents it.
        [Parameter(Mandatory)]
        [hashtable] $Request,

        [Security.SecureString] $Secret
    )

    $run = New-NativeRun -Cmdlet $Cmdlet -EventWriter 'Write-SignInEvent' -Activity 'Signing in to Microsoft Entra' -ProgressId 2
    Open-NativeRun -Run $run -Request $Request -Secret $Secret
    $run.Doing = 'Waiting for Entra'
    $run.SignedIn = $false
    $keepHandle = $false
    try {
        Wait-NativeRun $run
        if (-not $run.SignedIn) {
            throw (ConvertTo-NativeStatusError $NativeStatus.Ended)
        }
        $keepHandle = $true
        $run.Handle
    } finally {
        Close-NativeRun $run -KeepHandle:$keepHandle
    }
}
