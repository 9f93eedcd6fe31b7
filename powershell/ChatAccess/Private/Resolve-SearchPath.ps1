function script:Resolve-SearchPath {
    <#
    .SYNOPSIS
    Returns the file system paths for paths and patterns. Writes an error for each pattern that
    matches no file.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [AllowNull()]
        [string[]] $Path,

        [AllowNull()]
        [string[]] $LiteralPath
    )

    foreach ($literal in $LiteralPath) {
        $Cmdlet.GetUnresolvedProviderPathFromPSPath($literal)
    }
    foreach ($pattern in $Path) {
        $provider = $null
        $found = if (Microsoft.PowerShell.Management\Test-Path -Path $pattern -ErrorAction Ignore) {
            $Cmdlet.GetResolvedProviderPathFromPSPath($pattern, [ref] $provider)
        }
        if ($found -and $provider.Name -eq 'FileSystem') {
            $found
        } else {
            $action = if ($pattern.Contains('[')) {
                "In -Path, '[' is a wildcard character. Use -LiteralPath for a name that contains it."
            } else {
                'Use the path of an audit log export, or a pattern such as *.csv.'
            }
            $Cmdlet.WriteError((New-ChatAccessError -ErrorId 'PathNotFound' -Category ObjectNotFound -TargetObject $pattern -Message (
                        "Path '$pattern' matches no file.") -RecommendedAction $action))
        }
    }
}
