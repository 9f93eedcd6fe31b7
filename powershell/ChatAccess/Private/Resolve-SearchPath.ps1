function script:Resolve-SearchPath {
    <#
    .SYNOPSIS
    Returns the file system paths that paths and patterns stand for. A path that matches no file is an error, and
    the others are still returned.
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
                        "Path '$pattern' names no file.") -RecommendedAction 'Give the name of an audit log export, or a pattern such as *.csv.'))
        }
    }
}
