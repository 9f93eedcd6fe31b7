function script:New-ReportInput {
    <#
    .SYNOPSIS
    Returns the input of a report, without any objects yet. Ends the command if the report can't be
    written, or if a file that the user named does not exist.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Creates an object only.')]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The parameters of the command.
        [Parameter(Mandatory)]
        [Collections.IDictionary] $Parameter
    )

    $path = Resolve-OutputPath -Cmdlet $Cmdlet -Parameter Path -Path $Parameter.Path
    $json = [IO.Path]::ChangeExtension($path, '.json')
    if ([string]::Equals([IO.Path]::GetExtension($path), '.json', 'OrdinalIgnoreCase')) {
        $Cmdlet.ThrowTerminatingError((New-ChatAccessError -ErrorId 'InvalidPath' -Category InvalidArgument -TargetObject $Parameter.Path -Message (
                    "Path '$($Parameter.Path)' can't be used: the JSON file beside the page has this ending.") -RecommendedAction 'Use the path of the page, such as incident.html.'))
    }
    $null = Resolve-OutputPath -Cmdlet $Cmdlet -Parameter Path -Path $json
    $files = @{}
    foreach ($name in 'JournalPath', 'SourcePath') {
        $files[$name] = [Collections.Generic.List[string]]::new()
        foreach ($pattern in $Parameter[$name]) {
            $found = if ($pattern) { Find-ReportFile $Cmdlet $pattern }
            if (-not $found) {
                $Cmdlet.ThrowTerminatingError((New-ChatAccessError -ErrorId "Invalid$name" -Category ObjectNotFound -TargetObject $pattern -Message (
                            "$name '$pattern' can't be used: it matches no file.") -RecommendedAction 'Use the path of a file that exists, or a pattern such as *.jsonl.'))
            }
            foreach ($one in $found) { if (-not $files[$name].Contains($one)) { $files[$name].Add($one) } }
        }
    }
    $report = @{
        Cmdlet   = $Cmdlet
        Path     = $path
        JsonPath = $json
        Request  = @{ open = 'report'; path = $path; journals = $files.JournalPath; sources = $files.SourcePath }
        Targets  = [Collections.Generic.List[object]]::new()
        Outcomes = [Collections.Generic.List[object]]::new()
        # The objects from tables, as dictionaries with the names of the library.
        Rows     = [Collections.Generic.List[object]]::new()
    }
    if ($Parameter.Title) { $report.Request.title = $Parameter.Title }
    if ($Parameter.CaseId) { $report.Request.case_id = $Parameter.CaseId }
    try {
        foreach ($one in $path, $json) { Assert-NotInput -Path $one -Parameter Path -Source ($files.JournalPath + $files.SourcePath) }
    } catch [InvalidOperationException] {
        $Cmdlet.ThrowTerminatingError($_)
    }
    $report
}
