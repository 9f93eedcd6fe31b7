function script:Open-RemovalRun {
    <#
    .SYNOPSIS
    Starts a run of removals.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run
    )

    # The library stops sending when this module has not called it for this long, because a pipeline
    # that ends while another of its commands works does not always notify this one. The next run
    # with the same journal takes it over.
    $Run.Option.lease_ms = 500
    Open-NativeRun -Run $Run -Request @{ open = 'removals'; accounts = $Run.Account; options = $Run.Option }
    $Run.ProgressMeter = 'Measure-RemovalProgress'
    # The removals without an outcome, by their number in the library.
    $Run.Rows = [Collections.Generic.Dictionary[long, hashtable]]::new()
    $Run.Queued = 0
    $Run.FetchedAt = 0
}
