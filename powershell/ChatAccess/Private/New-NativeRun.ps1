function script:New-NativeRun {
    <#
    .SYNOPSIS
    Returns the state of work of the native library that Open-NativeRun has not started yet.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates an object only.')]
    param(
        # The command that the run writes to.
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

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

    @{
        # 0 until Open-NativeRun has started the work.
        Handle        = 0
        # The handles of the accounts that the work uses.
        Account       = $null
        Cmdlet        = $Cmdlet
        Native        = $null
        EventWriter   = $EventWriter
        Buffer        = $null
        # The last call for events: its status, the events that it returned (null until they are
        # parsed), and how many of them were written. One value, so that a pipeline that stops between
        # two statements leaves no parts of two calls.
        Fetched       = @{ Status = 0; Events = @(); Written = 0 }
        # The length of the text in Buffer.
        Length        = [ref] 0
        Closed        = $false
        Watch         = [Diagnostics.Stopwatch]::StartNew()
        # What Write-RunProgress shows. Event writers set these; EndsAt is a time of Watch.
        Activity      = $Activity
        ProgressId    = $ProgressId
        Doing         = $null
        Percent       = -1
        EndsAt        = $null
        # The name of a function that brings these values up to date, where events alone do not.
        ProgressMeter = $null
        ProgressAt    = 0
        ShowsProgress = $false
    }
}
