function script:Assert-NotInput {
    <#
    .SYNOPSIS
    Throws an error if a report would replace one of its inputs.
    #>
    [CmdletBinding()]
    param(
        # The path of the report.
        [Parameter(Mandatory)]
        [string] $Path,

        # The paths of the inputs.
        [AllowNull()]
        [AllowEmptyCollection()]
        [string[]] $Source,

        # The parameter with the path of the report.
        [string] $Parameter = 'Report'
    )

    # Windows and macOS do not distinguish names by case. Windows PowerShell has no $IsLinux.
    $comparison = if ($PSVersionTable['PSEdition'] -eq 'Core' -and $IsLinux) { 'Ordinal' } else { 'OrdinalIgnoreCase' }
    $report = [IO.Path]::GetFullPath($Path)
    foreach ($one in $Source) {
        if ([string]::Equals([IO.Path]::GetFullPath($one), $report, $comparison)) {
            throw (New-ChatAccessError -ErrorId "Invalid$Parameter" -Category InvalidArgument -TargetObject $Path -Message (
                    "$Parameter '$Path' can't be used: it is an input of the $(if ($Parameter -eq 'Report') { 'search' } else { 'report' }).") -RecommendedAction 'Use the path of another file.')
        }
    }
}
