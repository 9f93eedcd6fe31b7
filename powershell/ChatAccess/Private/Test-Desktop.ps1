function script:Test-Desktop {
    <#
    .SYNOPSIS
    Returns whether this session can open a browser.
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
