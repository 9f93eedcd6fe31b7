function script:Add-SearchInput {
    <#
    .SYNOPSIS
    Adds an object of the pipeline to a search: a file, a record, or an array of these.
    #>
    # Runs for each object of a pipeline. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [object] $InputObject, [Security.SecureString] $Secret)

    if ($InputObject -is [string]) {
        $first = $InputObject.TrimStart()
        if (-not $first) {
            return
        }
        if ('{["'.IndexOf($first[0]) -lt 0) {
            $found = Find-SearchFile $Run.Cmdlet $InputObject
            if ($found) {
                $Run.Files.AddRange([string[]] $found)
                return
            }
            $Run.NotRecords++
            if ($Run.NotRecords -eq 1) {
                $shown = if ($InputObject.Length -gt 80) { $InputObject.Substring(0, 80) + '...' } else { $InputObject }
                $Run.Cmdlet.WriteError((New-ChatAccessError -ErrorId 'NotARecord' -Category InvalidData -TargetObject $InputObject -Message (
                            "InputObject '$shown' is neither the path of a file nor a record as JSON.") -RecommendedAction (
                            'Check the path. To search the lines of a file, pass the file with -Path.')))
            }
            return
        }
    } elseif ($null -eq $InputObject) {
        return
    } elseif ($InputObject -is [IO.FileSystemInfo]) {
        # An object of Get-ChildItem stands for the file, not for a record.
        if ($InputObject -is [IO.FileInfo]) {
            $Run.Files.Add($InputObject.FullName)
        } else {
            $Run.Cmdlet.WriteVerbose("'$($InputObject.FullName)' is a folder and was skipped.")
        }
        return
    } elseif ($InputObject -is [Collections.IList]) {
        # Windows PowerShell does not enumerate the arrays of ConvertFrom-Json and Invoke-RestMethod.
        foreach ($one in $InputObject) { Add-SearchInput $Run $one $Secret }
        return
    }
    if ($InputObject.IncidentWebUrl -and -not $InputObject.Alerts) {
        $Run.Cmdlet.WriteWarning("Incident $($InputObject.Id) comes without its alerts. Use Get-MgSecurityIncident -ExpandProperty alerts, or Find-ChatAccess -IncidentId $($InputObject.Id).")
    }
    if (-not $Run.Handle) {
        Open-SearchRun -Run $Run -Path @() -Secret $Secret
    }
    Send-SearchRecord $Run $InputObject
}
