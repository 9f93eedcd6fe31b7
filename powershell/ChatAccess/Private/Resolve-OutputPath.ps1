function script:Resolve-OutputPath {
    <#
    .SYNOPSIS
    Returns the file system path of a file to write. Ends the command if no file can be written
    there, so that the command does nothing without an output that the user requested.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The name of the parameter.
        [Parameter(Mandatory)]
        [string] $Parameter,

        [Parameter(Mandatory)]
        [AllowEmptyString()]
        [string] $Path
    )

    $provider = $null
    $drive = $null
    $reason = try {
        if (-not $Path.Trim()) {
            'it is empty'
        } else {
            $resolved = $Cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path, [ref] $provider, [ref] $drive)
            if ($provider.Name -ne 'FileSystem') {
                "it belongs to the provider $($provider.Name) and not to the file system"
            } elseif ([IO.Directory]::Exists($resolved)) {
                'it is a folder'
            } else {
                $folder = [IO.Path]::GetDirectoryName($resolved)
                if (-not [IO.Directory]::Exists($folder)) { "the folder '$folder' does not exist" }
            }
        }
    } catch {
        # The path names a drive that does not exist, or contains characters that are not allowed.
        $_.Exception.GetBaseException().Message.TrimEnd('.')
    }
    if ($reason) {
        $Cmdlet.ThrowTerminatingError((New-ChatAccessError -ErrorId "Invalid$Parameter" -Category InvalidArgument -TargetObject $Path -Message (
                    "$Parameter '$Path' can't be used: $reason.") -RecommendedAction 'Use the path of a file in a folder that exists.'))
    }
    $resolved
}
