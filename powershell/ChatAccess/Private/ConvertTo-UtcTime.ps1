function script:ConvertTo-UtcTime {
    <#
    .SYNOPSIS
    Returns a time of the native library as a DateTime in UTC, or null without a time.
    #>
    param([object] $Time)

    # ConvertFrom-Json parses times in PowerShell 7, but not in Windows PowerShell.
    if ($Time -is [datetime]) {
        $Time.ToUniversalTime()
    } elseif ($Time) {
        [datetime]::Parse($Time, [cultureinfo]::InvariantCulture, 'AdjustToUniversal')
    } else {
        # Explicit, because Windows PowerShell converts the output of an empty pipeline to '{}'.
        $null
    }
}
