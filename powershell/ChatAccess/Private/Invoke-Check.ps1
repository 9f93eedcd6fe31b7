function script:Invoke-Check {
    <#
    .SYNOPSIS
    Makes one check of Test-ChatAccess and returns its result. An error is the result of its check,
    so that the other checks are made too.
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.CheckResult')]
    param(
        [Parameter(Mandatory)]
        [string] $Name,

        # Returns a hashtable with Passed, Message and NextStep.
        [Parameter(Mandatory)]
        [scriptblock] $Check
    )

    $result = try {
        & $Check
    } catch {
        $message = "$($_.Exception.GetBaseException().Message)".Trim()
        if ($message -notmatch '[.!?]$') { $message += '.' }
        @{ Passed = $false; Message = $message; NextStep = $_.ErrorDetails.RecommendedAction }
    }
    [pscustomobject] @{
        PSTypeName = 'ChatAccess.CheckResult'
        Name       = $Name
        Passed     = $result.Passed
        Message    = $result.Message
        NextStep   = [string] $result.NextStep
    }
}
