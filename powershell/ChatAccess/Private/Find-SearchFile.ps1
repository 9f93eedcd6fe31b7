function script:Find-SearchFile {
    <#
    .SYNOPSIS
    Returns the paths of the files that text of the pipeline names, or nothing if it names none.
    #>
    param([Management.Automation.PSCmdlet] $Cmdlet, [string] $Text)

    # Rows of a table and pages of text are no paths. Most of them contain one of these.
    if ($Text.Length -gt 1024 -or $Text.IndexOfAny('"<>|;,' + "`r`n`t") -ge 0) {
        return
    }
    if (Microsoft.PowerShell.Management\Test-Path -LiteralPath $Text -PathType Leaf -ErrorAction Ignore) {
        Resolve-SearchPath -Cmdlet $Cmdlet -LiteralPath $Text
    } elseif (Microsoft.PowerShell.Management\Test-Path -Path $Text -PathType Leaf -ErrorAction Ignore) {
        Resolve-SearchPath -Cmdlet $Cmdlet -Path $Text
    }
}
