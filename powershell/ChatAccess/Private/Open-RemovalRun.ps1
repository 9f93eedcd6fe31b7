function script:Open-RemovalRun {
    <#
    .SYNOPSIS
    Opens a run of removals.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The handles of the accounts.
        [Parameter(Mandatory)]
        [long[]] $Account,

        [Parameter(Mandatory)]
        [hashtable] $Option
    )

    # The library stops sending when this module has not called it for this long, because a pipeline
    # that is stopped while another of its commands works does not notify this one. The next run with
    # the same journal takes it over.
    $Option.lease_ms = 500
    $run = Open-NativeRun -Cmdlet $Cmdlet -Request @{ open = 'removals'; accounts = $Account; options = $Option } -EventWriter 'Write-RemovalEvent' -Activity "Removing users' access to chats" -ProgressId 1
    $run.ProgressMeter = 'Measure-RemovalProgress'
    $run.Queued = 0
    $run.Removed = 0
    $run.Failed = 0
    $run.FetchedAt = 0
    $run
}
