function script:Get-RemovalOption {
    <#
    .SYNOPSIS
    Returns the options of a run of removals for the parameters of Remove-ChatAccessForUser.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The bound parameters.
        [Parameter(Mandatory)]
        [Collections.IDictionary] $Parameter,

        [Parameter(Mandatory)]
        [string] $ApiVersion
    )

    $option = @{ api_version = $ApiVersion }
    if ($Parameter.ContainsKey('JournalPath')) {
        $option.journal = Resolve-OutputPath -Cmdlet $Cmdlet -Parameter JournalPath -Path $Parameter['JournalPath']
    }
    if ($Parameter['Force']) { $option.force = $true }
    $rate = $Parameter['RequestsPerSecond']
    if ($rate) {
        $limit = @{ per_second = $rate; burst = [Math]::Max(1, [int] [Math]::Floor($rate)) }
        $option.limits = @{ per_user = $limit }
        # The limit of the tenant, 30 by default, can't be below that of one user.
        if ($rate -gt 30) { $option.limits.per_tenant = $limit }
    }
    if ($Parameter['RequestTimeoutSec']) { $option.request_time_ms = 1000 * $Parameter['RequestTimeoutSec'] }
    if ($Parameter['RunTimeoutSec']) { $option.run_time_ms = 1000 * $Parameter['RunTimeoutSec'] }
    if ($Parameter.ContainsKey('ItemTimeoutSec')) { $option.retry = @{ item_time_ms = 1000 * $Parameter['ItemTimeoutSec'] } }
    $option
}
