function script:ConvertTo-UtcTime {
    <#
    .SYNOPSIS
    Returns a time of the native library as a DateTime in UTC, or null where there is none.
    #>
    param([object] $Time)

    # ConvertFrom-Json of PowerShell 7 has parsed it already, that of Windows PowerShell has not.
    if ($Time -is [datetime]) {
        $Time.ToUniversalTime()
    } elseif ($Time) {
        [datetime]::Parse($Time, [cultureinfo]::InvariantCulture, 'AdjustToUniversal')
    } else {
        # Not an empty pipeline, which Windows PowerShell writes to JSON as an object.
        $null
    }
}
