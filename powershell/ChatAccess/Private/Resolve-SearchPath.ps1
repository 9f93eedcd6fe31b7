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
        $found = try { $Cmdlet.GetResolvedProviderPathFromPSPath($pattern, [ref] $provider) } catch { $null }
        if ($found -and $provider.Name -eq 'FileSystem') {
            $found
        } else {
            $Cmdlet.WriteError((New-ChatAccessError -ErrorId 'PathNotFound' -Category ObjectNotFound -TargetObject $pattern -Message (
                        "Path '$pattern' matches no file.") -RecommendedAction 'Use the path of an audit log export, or a pattern such as *.csv.'))
        }
    }
}
