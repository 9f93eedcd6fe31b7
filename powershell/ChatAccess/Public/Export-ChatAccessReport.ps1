function Export-ChatAccessReport {
    <#
    .SYNOPSIS
    Writes a report on an incident: what was found, removed and is open.

    .DESCRIPTION
    Combines the targets of Find-ChatAccess, the outcomes of
    Remove-ChatAccessForUser and journals of any number of runs into one
    HTML page, and the same as JSON beside it:

    - which external users reached whom and when, under which name
    - what was removed, when and by whom, with the request id and the client
      request id of Microsoft Graph
    - which chats came back and were removed again
    - what is open, why, and what to do next, with the commands that block
      the external users
    - which sources were read, how complete they are, and their SHA-256
      hashes

    The page is self-contained, loads nothing, and can be printed. Times are
    in UTC. The report contains only what the input contains: a removal is
    confirmed only if the service's response is on record. The format of the
    JSON file is documented in docs/report.md.

    The hash of a source is computed when the report is written, and only if
    the file has the size and the time that it had when it was searched. The
    targets know the sources of their search as long as the session lasts:
    in a table, they lose them. Name the files with -SourcePath then.

    .PARAMETER Path
    The file to write the page to, such as incident.html. The JSON file has
    the same name with the ending .json. Existing files are replaced, but
    not an input of the report. If a file can't be written there, nothing
    is read.

    .PARAMETER InputObject
    Targets of Find-ChatAccess and outcomes of Remove-ChatAccessForUser, in
    any order, also from Import-Csv and ConvertFrom-Json.

    .PARAMETER JournalPath
    The journals of the removals. Accepts wildcards, and several journals,
    also copies of one journal from different times. They are not changed.

    .PARAMETER SourcePath
    Files that the targets were found in, for targets from a table. Their
    hashes are written to the report. Accepts wildcards.

    .PARAMETER Title
    The title of the page.

    .PARAMETER CaseId
    The number of the incident or of the case, for the head of the page.

    .PARAMETER PassThru
    Returns the two files.

    .INPUTS
    ChatAccess.Target and ChatAccess.RemovalOutcome, or objects with their
    properties.

    .OUTPUTS
    None. With -PassThru System.IO.FileInfo, for the page and for the JSON
    file.

    .EXAMPLE
    PS> $found = Find-ChatAccess AuditLog_*.csv
    PS> $done = $found | Remove-ChatAccessForUser -JournalPath run.jsonl
    PS> $log = @{ JournalPath = 'run.jsonl' }
    PS> @($found) + $done | Export-ChatAccessReport incident.html @log

    Finds chats, removes access to them, and writes the report.

    .EXAMPLE
    PS> $log = @{ JournalPath = '*.jsonl'; CaseId = 'INC-2931' }
    PS> Import-Csv targets.csv | Export-ChatAccessReport incident.html @log

    Writes a report from a table of targets and the journals of all runs.

    .LINK
    Find-ChatAccess
    .LINK
    Remove-ChatAccessForUser
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType([IO.FileInfo])]
    param(
        [Parameter(Mandatory, Position = 0)]
        [AllowEmptyString()]
        [string] $Path,

        [Parameter(ValueFromPipeline)]
        [AllowNull()]
        [object] $InputObject,

        [SupportsWildcards()]
        [string[]] $JournalPath,

        [SupportsWildcards()]
        [string[]] $SourcePath,

        [string] $Title,

        [string] $CaseId,

        [switch] $PassThru
    )

    begin {
        Initialize-ChatAccess
        Clear-AbandonedRun $PSCmdlet
        $report = New-ReportInput -Cmdlet $PSCmdlet -Parameter $PSBoundParameters
        $types = Get-ResultType
        $targetType, $outcomeType = $types.Target, $types.RemovalOutcome
        $targets, $outcomes = $report.Targets, $report.Outcomes
    }

    process {
        # For thousands of objects: a function call would take longer than the rest.
        if ($InputObject -is $targetType) {
            $targets.Add($InputObject)
        } elseif ($InputObject -is $outcomeType) {
            $outcomes.Add($InputObject)
        } elseif ($null -ne $InputObject) {
            Add-ReportRow $report $InputObject
        }
    }

    end {
        if (-not ($report.Targets.Count + $report.Outcomes.Count + $report.Rows.Count + $report.Request.journals.Count)) {
            $PSCmdlet.WriteWarning('There are no targets, outcomes or journals, so no report was written.')
            return
        }
        $run = New-NativeRun -Cmdlet $PSCmdlet -EventWriter 'Write-SearchEvent' -Activity 'Writing the report' -ProgressId 3
        $completed = $false
        try {
            Send-ReportInput $report $run
            Complete-NativeRun $run
            $completed = $true
            if (-not $run.Written -and -not $run.Failed) {
                throw (ConvertTo-NativeStatusError $NativeStatus.Panicked)
            }
        } catch [InvalidOperationException] {
            $PSCmdlet.ThrowTerminatingError($_)
        } finally {
            # Runs on Ctrl+C and -ErrorAction Stop too.
            if (-not $completed) {
                Stop-NativeRun $run
            }
        }
        if ($PassThru -and $run.Written) {
            [IO.FileInfo]::new($report.Path)
            [IO.FileInfo]::new($report.JsonPath)
        }
    }
}
