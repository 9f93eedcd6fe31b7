# Long work in the native library that a command drives: a run of removals, or a search.

# How long a call waits for an event. Ctrl+C takes effect between two calls.
$script:PollMilliseconds = 200

function script:Open-NativeRun {
    <#
    .SYNOPSIS
    Opens it, and returns what a command keeps of it until Close-NativeRun.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [Parameter(Mandatory)]
        [hashtable] $Request,

        [Security.SecureString] $Secret
    )

    $run = @{
        Handle   = Open-NativeHandle -Request $Request -Secret $Secret
        Cmdlet   = $Cmdlet
        Native   = Get-NativeLibrary
        Buffer   = [byte[]]::new(16KB)
        Watch    = [Diagnostics.Stopwatch]::StartNew()
        Reported = 0
    }
    $script:Runs.Add($run)
    $run
}

function script:Close-NativeRun {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run
    )

    $null = $Run.Native::chat_access_close($Run.Handle)
    $null = $script:Runs.Remove($Run)
}
