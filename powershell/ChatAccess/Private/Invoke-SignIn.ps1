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

    $run = Open-NativeRun -Cmdlet $Cmdlet -Request $Request -Secret $Secret -EventWriter 'Write-SignInEvent' -Activity 'Signing in to Microsoft Entra' -ProgressId 2
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
