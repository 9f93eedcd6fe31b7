function script:Open-NativeRun {
    <#
    .SYNOPSIS
    Starts work on the threads of the native library, and returns its state.
    .DESCRIPTION
    The work is a run of removals, a search, a sign-in or a registration. The command drives it with
    Receive-NativeEvent or Wait-NativeRun and ends it with Close-NativeRun.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        # The command that the run writes to.
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The request, as chat_access_open documents it.
        [Parameter(Mandatory)]
        [hashtable] $Request,

        [Security.SecureString] $Secret,

        # The name of the function that receives the run and an array of its events.
        [Parameter(Mandatory)]
        [string] $EventWriter,

        # The title of the progress bar.
        [Parameter(Mandatory)]
        [string] $Activity,

        # Commands of one pipeline need different ids, or they overwrite each other's bar.
        [Parameter(Mandatory)]
        [int] $ProgressId
    )

    $run = @{
        Handle        = Open-NativeHandle -Request $Request -Secret $Secret
        Cmdlet        = $Cmdlet
        Native        = Get-NativeLibrary
        EventWriter   = $EventWriter
        # For a few hundred events of a batch.
        Buffer        = [byte[]]::new(256KB)
        Watch         = [Diagnostics.Stopwatch]::StartNew()
        # What Write-RunProgress shows. Event writers set these; EndsAt is a time of Watch.
        Activity      = $Activity
        ProgressId    = $ProgressId
        Doing         = $null
        Operation     = $null
        Percent       = -1
        EndsAt        = $null
        # The name of a function that brings these values up to date, where events alone do not.
        ProgressMeter = $null
        ProgressAt    = 0
        ShowsProgress = $false
    }
    $script:Runs.Add($run)
    $run
}
