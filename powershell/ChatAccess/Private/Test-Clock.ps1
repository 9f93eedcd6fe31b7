function script:Test-Clock {
    <#
    .SYNOPSIS
    Compares the clock of this computer with those of the services, for Test-ChatAccess.
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.CheckResult')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The script blocks use them.')]
    param(
        # What Invoke-Probe returned.
        [hashtable] $Found
    )

    Invoke-Check 'Clock' {
        foreach ($name in 'Graph', 'Entra') {
            $text = if ($Found[$name]) { $Found[$name].Event.time }
            # In PowerShell 7, ConvertFrom-Json leaves this format alone.
            $time = [datetimeoffset]::MinValue
            if (-not $text -or -not [datetimeoffset]::TryParse("$text", [cultureinfo]::InvariantCulture, 'AssumeUniversal', [ref] $time)) {
                continue
            }
            $ahead = ($Found[$name].At - $time.UtcDateTime).TotalSeconds
            $size = [Math]::Abs($ahead)
            $amount = if ($size -lt 120) { '{0:N0} seconds' -f $size } else { '{0:N0} minutes' -f ($size / 60) }
            if ($size -lt 5) {
                return @{ Passed = $true; Message = 'The clock of this computer is right.' }
            }
            $side = if ($ahead -gt 0) { 'ahead of' } else { 'behind' }
            # Entra and Graph tolerate five minutes.
            $isWrong = $size -gt 300
            return @{
                Passed   = -not $isWrong
                Message  = "The clock of this computer is $amount $side that of the service."
                NextStep = if ($isWrong) { 'Set the clock: a difference of more than 5 minutes makes tokens and certificates look expired or not valid yet.' }
            }
        }
        @{ Passed = $null; Message = 'Not checked, because no service responded with its time.' }
    }
}
