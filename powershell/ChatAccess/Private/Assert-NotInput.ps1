function script:Assert-NotInput {
    <#
    .SYNOPSIS
    Throws an error if the report of a search would replace one of its inputs.
    #>
    [CmdletBinding()]
    param(
        # The path of the report.
        [Parameter(Mandatory)]
        [string] $Path,

        # The paths of the inputs.
        [AllowEmptyCollection()]
        [string[]] $Source
    )

    # Windows and macOS do not distinguish names by case. Windows PowerShell has no $IsLinux.
    $comparison = if ($PSVersionTable['PSEdition'] -eq 'Core' -and $IsLinux) { 'Ordinal' } else { 'OrdinalIgnoreCase' }
    $report = [IO.Path]::GetFullPath($Path)
    foreach ($one in $Source) {
        if ([string]::Equals([IO.Path]::GetFullPath($one), $report, $comparison)) {
            throw (New-ChatAccessError -ErrorId 'InvalidReport' -Category InvalidArgument -TargetObject $Path -Message (
                    "Report '$Path' can't be used: it is an input of the search.") -RecommendedAction 'Use the path of another file.')
        }
    }
}
