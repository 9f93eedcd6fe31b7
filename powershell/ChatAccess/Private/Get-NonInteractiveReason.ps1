function script:Get-NonInteractiveReason {
    <#
    .SYNOPSIS
    Returns why interactive sign-in isn't possible in this session, or nothing where it is.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        # Only what also rules out a device code: the text of the session does not reach a person.
        [switch] $ForText
    )

    if ($env:AUTOMATION_ASSET_ACCOUNTID -or $env:AUTOMATION_ASSET_SANDBOX_ID) {
        'this is an Azure Automation job'
    } elseif (@([Environment]::GetCommandLineArgs()) -match '^-noni') {
        'PowerShell was started with -NonInteractive'
    } elseif ($ForText) {
        return
    } elseif (-not [Environment]::UserInteractive) {
        'the session is not interactive'
    } elseif ($Host.Name -in 'ServerRemoteHost', 'Default Host') {
        "the session has no console ($($Host.Name))"
    } elseif ($Host.Name -eq 'ConsoleHost' -and [Console]::IsInputRedirected -and [Console]::IsOutputRedirected) {
        'the session has no console'
    }
}
