# Export-Csv writes what ToString returns, which for an array is the name of its type.
$script:JoinedList = [psscriptmethod]::new('ToString', { $this -join '; ' })

function script:ConvertTo-TargetList {
    <#
    .SYNOPSIS
    Returns a list as an array of strings that Export-Csv and string expansion write as 'a; b'.
    #>
    param([object] $List)

    $strings = [psobject]::AsPSObject([string[]] @($List))
    $strings.PSObject.Methods.Add($JoinedList)
    , $strings
}
