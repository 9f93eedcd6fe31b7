function script:Get-SignInMethod {
    <#
    .SYNOPSIS
    Chooses how a person signs in here: 'browser' or 'device_code'. Where nobody could, it fails at once, for
    a job that waits for a person waits for ever.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [switch] $UseDeviceCode
    )

    $why = Get-NobodyHere
    if ($why) {
        throw (New-ChatAccessError -ErrorId 'NobodyToSignIn' -Category AuthenticationError -Message (
                "Nobody can sign in here: $why.") -RecommendedAction (
                'Give -RefreshToken, which Export-ChatAccessToken returns after one sign-in at a desk, or -AccessToken.'))
    }
    if ($UseDeviceCode -or -not (Test-Desktop)) {
        'device_code'
    } else {
        'browser'
    }
}

function script:Get-NobodyHere {
    <#
    .SYNOPSIS
    Says why no person can answer in this session; nothing where one can.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    if ($env:AUTOMATION_ASSET_ACCOUNTID -or $env:AUTOMATION_ASSET_SANDBOX_ID) {
        'this is an Azure Automation job'
    } elseif (-not [Environment]::UserInteractive) {
        'the session is not interactive'
    } elseif (@([Environment]::GetCommandLineArgs()) -match '^-noni') {
        'PowerShell was started with -NonInteractive'
    } elseif ($Host.Name -in 'ServerRemoteHost', 'Default Host') {
        "the session has no console ($($Host.Name))"
    } elseif ($Host.Name -eq 'ConsoleHost' -and [Console]::IsInputRedirected -and [Console]::IsOutputRedirected) {
        'the session has no console'
    }
}

function script:Test-Desktop {
    <#
    .SYNOPSIS
    Says whether a browser can be opened here.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param()

    $runtime = [Runtime.InteropServices.RuntimeInformation]
    if ($runtime::IsOSPlatform([Runtime.InteropServices.OSPlatform]::Linux)) {
        [bool] ($env:DISPLAY -or $env:WAYLAND_DISPLAY)
    } else {
        -not $env:SSH_CONNECTION
    }
}
