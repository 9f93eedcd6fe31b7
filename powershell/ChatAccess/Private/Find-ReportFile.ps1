function script:Find-ReportFile {
    <#
    .SYNOPSIS
    Returns the paths of the files that a path or a pattern names, or nothing if it names none.
    #>
    param([Management.Automation.PSCmdlet] $Cmdlet, [string] $Pattern)

    if (Microsoft.PowerShell.Management\Test-Path -LiteralPath $Pattern -PathType Leaf -ErrorAction Ignore) {
        $Cmdlet.GetUnresolvedProviderPathFromPSPath($Pattern)
    } elseif (Microsoft.PowerShell.Management\Test-Path -Path $Pattern -PathType Leaf -ErrorAction Ignore) {
        $provider = $null
        $found = $Cmdlet.GetResolvedProviderPathFromPSPath($Pattern, [ref] $provider)
        if ($provider.Name -eq 'FileSystem') {
            foreach ($one in $found) { if ([IO.File]::Exists($one)) { $one } }
        }
    }
}
