function script:Open-Browser {
    <#
    .SYNOPSIS
    Opens an address in the user's browser. Returns false if there is no browser.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)]
        [string] $Address
    )

    $start = [Diagnostics.ProcessStartInfo]::new($Address)
    $start.UseShellExecute = $true
    try {
        $null = [Diagnostics.Process]::Start($start)
        $true
    } catch {
        $false
    }
}
