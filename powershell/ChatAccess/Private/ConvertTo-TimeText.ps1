function script:ConvertTo-TimeText {
    <#
    .SYNOPSIS
    Returns a time as text with its zone. A time whose zone is unknown gets none, and is refused.
    #>
    # Runs for each object of a pipeline. Parameter attributes would cost more than the work.
    param([object] $Time)

    # The text that PowerShell makes of a time has no zone: ConvertFrom-Json turns text into times.
    if ($Time -is [datetime] -or $Time -is [datetimeoffset]) { $Time.ToString('o') } else { "$Time" }
}
