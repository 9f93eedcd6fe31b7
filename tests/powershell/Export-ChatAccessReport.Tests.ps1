BeforeAll {
    . "$PSScriptRoot/common.ps1"

    $script:Export = Convert-Path "$PSScriptRoot/../cases/base.csv"

    # As an administrator of the tenant in the export.
    function Connect-Home {
        Connect-ChatAccess -AccessToken (New-SecureToken @{ tid = '7d0b2a4e-5c1f-4e0b-9a37-1f2c3d4e5f60' }) -GraphEndpoint $Sandbox
    }

    function Read-Report {
        param([string] $Page = $script:Page)
        # The times stay texts, as they are in the file.
        Get-Content -LiteralPath ([IO.Path]::ChangeExtension($Page, '.json')) -Raw | ConvertFrom-Json -DateKind String
    }
}

Describe 'Export-ChatAccessReport' {
    BeforeEach {
        $script:Folder = Join-Path $TestDrive ([guid]::NewGuid())
        $null = New-Item $Folder -ItemType Directory
        $script:Page = Join-Path $Folder 'incident.html'
        $script:Journal = Join-Path $Folder 'run.jsonl'
    }

    AfterEach {
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'combines targets, outcomes and the journal of a run' {
        Connect-Home
        $found = @(Find-ChatAccess $Export)
        $done = @($found[0] | Remove-ChatAccessForUser @Fast -JournalPath $Journal)
        Set-SandboxFault @{ fault = @{ kind = 'status'; code = 403; graph_code = 'Forbidden'; message = 'No.' } }
        $done += $found[1] | Remove-ChatAccessForUser @Fast -JournalPath $Journal -ErrorAction SilentlyContinue
        $files = $found + $done | Export-ChatAccessReport $Page -JournalPath $Journal -CaseId 'INC-2931' -Title 'Help desk' -PassThru
        $files.FullName | Should -Be $Page, (Join-Path $Folder 'incident.json')

        $report = Read-Report
        $report.chat_access_report, $report.case_id, $report.title | Should -Be 1, 'INC-2931', 'Help desk'
        $report.accesses.state | Should -Be 'Removed', 'NotRemoved', 'Pending'
        $report.open[0].reason | Should -Be 'Denied: No.'
        $removal = @($report.accesses[0].removals)
        $removal.Count | Should -Be 1 -Because 'the outcome and its line in the journal are one'
        $removal.request_id | Should -Be $done[0].RequestId
        $removal.client_request_id | Should -Be $done[0].ClientRequestId
        $removal.at | Should -Be $done[0].Completed
        $removal.record | Should -BeLike 'run.jsonl, line *'
        $report.accesses[0].first_record | Should -Be 'base.csv, row 2'

        $html = Get-Content -LiteralPath $Page -Raw
        foreach ($part in $done[0].RequestId, 'INC-2931', 'Help desk', 'ann@contoso.com', 'it@helpdesk.example', 'base.csv, row 2') {
            $html | Should -BeLike "*$part*"
        }
    }

    It 'lists the sources of the search with their hashes' {
        $other = Join-Path $Folder 'other.csv'
        Copy-Item $Export $other
        $found = @(Find-ChatAccess $Export) + @(Find-ChatAccess $other)
        $found | Export-ChatAccessReport $Page
        $report = Read-Report
        $report.sources.file.path | Should -Be $Export, $other
        $report.sources.sha256 | Should -Be @((Get-FileHash $Export, $other).Hash.ToLowerInvariant())
        $report.sources.records | Should -Be 7, 7
        $report.summary.accesses | Should -Be 3 -Because 'both searches found the same'
        $report.incomplete | Should -BeNullOrEmpty
    }

    It 'does not hash a source that has changed since it was searched' {
        $other = Join-Path $Folder 'other.csv'
        Copy-Item $Export $other
        $found = Find-ChatAccess $other
        Add-Content $other 'x'
        $found | Export-ChatAccessReport $Page
        $report = Read-Report
        $report.sources.PSObject.Properties.Name | Should -Not -Contain 'sha256'
        $report.sources.problems | Should -BeLike '*has changed*'
    }

    It 'reads targets and outcomes from <Name>' -ForEach @(
        @{ Name = 'CSV'; Through = { $input | ConvertTo-Csv -NoTypeInformation | ConvertFrom-Csv } }
        @{ Name = 'JSON'; Through = { ConvertTo-Json @($input) -Depth 4 | ConvertFrom-Json } }
        @{ Name = 'JSON as Windows PowerShell passes it'; Through = { , @(ConvertTo-Json @($input) -Depth 4 | ConvertFrom-Json) } }
        @{ Name = 'hashtables'; Through = { foreach ($one in $input) { $row = @{}; foreach ($property in $one.PSObject.Properties) { $row[$property.Name] = $property.Value }; $row } } }
    ) {
        Connect-Home
        $found = @(Find-ChatAccess $Export)
        $done = @($found[0] | Remove-ChatAccessForUser @Fast)
        $found + $done | Export-ChatAccessReport $Page
        $direct = Read-Report
        Remove-Item $Page
        @($found | & $Through) + @($done | & $Through) | Export-ChatAccessReport $Page -SourcePath "$(Split-Path $Export)/base.c*"
        $report = Read-Report
        $report.accesses | ConvertTo-Json -Depth 5 | Should -Be ($direct.accesses | ConvertTo-Json -Depth 5)
        $report.sources.sha256 | Should -Be $direct.sources.sha256
        $report.incomplete | Should -Be '3 targets are from a table or another session, so their sources are not known to this report.'
    }

    It 'passes the same to the library in Windows PowerShell' {
        Connect-Home
        $found = @(Find-ChatAccess $Export)
        $done = @($found[0] | Remove-ChatAccessForUser @Fast)
        InModuleScope ChatAccess -Parameters @{ Lists = $found, $done } {
            foreach ($list in $Lists) {
                $objects = $list
                $list = [Collections.Generic.List[object]]::new()
                foreach ($one in $objects) { $list.Add($one.PSObject.BaseObject) }
                $core = ConvertTo-ReportJson $list | ConvertFrom-Json
                $PSVersionTable = @{ PSEdition = 'Desktop' }
                $desktop = ConvertTo-ReportJson $list | ConvertFrom-Json
                Remove-Variable PSVersionTable
                foreach ($property in $desktop[0].PSObject.Properties | Where-Object { $null -ne $_.Value }) {
                    ConvertTo-Json @($property.Value) | Should -Be (ConvertTo-Json @($core[0].($property.Name))) -Because $property.Name
                }
            }
        }
    }

    It 'reads the journals of several runs, by pattern' {
        Connect-Sandbox
        1..2 | ForEach-Object { New-Target $_ | Remove-ChatAccessForUser @Fast -JournalPath (Join-Path $Folder "run$_.jsonl") } | Out-Null
        Export-ChatAccessReport $Page -JournalPath (Join-Path $Folder 'run*.jsonl')
        $report = Read-Report
        $report.accesses.state | Should -Be 'Removed', 'Removed'
        $report.sources.name | Should -Be 'run1.jsonl', 'run2.jsonl'
        $report.sources.sha256 | Should -Be @((Get-FileHash (Join-Path $Folder 'run*.jsonl')).Hash.ToLowerInvariant())
    }

    It 'writes nothing and reads nothing if the page can''t be written: <Why>' -ForEach @(
        @{ Why = 'no such drive'; To = 'Nowhere:\incident.html'; Part = 'Nowhere' }
        @{ Why = 'not a file system'; To = 'Env:foo'; Part = 'Environment' }
        @{ Why = 'no such folder'; To = 'none/incident.html'; Part = 'does not exist' }
        @{ Why = 'a folder'; To = '.'; Part = 'is a folder' }
        @{ Why = 'empty'; To = ''; Part = 'is empty' }
        @{ Why = 'the ending of the JSON file'; To = 'incident.JSON'; Part = 'ending' }
        @{ Why = 'the JSON file is a folder'; To = 'taken.html'; Part = 'is a folder' }
    ) {
        $null = New-Item (Join-Path $Folder 'taken.json') -ItemType Directory
        Push-Location $Folder
        try {
            $script:read = 0
            $failed = { & { $script:read++; Find-ChatAccess $Export } | Export-ChatAccessReport $To } | Should -Throw -PassThru
        } finally {
            Pop-Location
        }
        $failed.FullyQualifiedErrorId | Should -Be 'InvalidPath,Export-ChatAccessReport'
        $failed.Exception.Message | Should -BeLike "*can't be used: *$Part*"
        $read | Should -Be 0
        (Get-ChildItem $Folder).Name | Should -Be 'taken.json'
    }

    It 'does not replace an input' {
        $before = 'x'
        foreach ($name in 'in.html', 'in.json') { Set-Content (Join-Path $Folder $name) $before }
        $to = Join-Path $Folder 'in.html'
        foreach ($with in @{ JournalPath = $to }, @{ SourcePath = (Join-Path $Folder 'in.json') }, @{ JournalPath = "$Folder/in.h*" }) {
            { Export-ChatAccessReport $to @with } | Should -Throw -ErrorId 'InvalidPath,Export-ChatAccessReport' -ExpectedMessage '*an input of the report*'
        }
        # A source of the search is known only when its targets have come.
        $search = Join-Path $Folder 'log.html'
        Copy-Item $Export $search
        { Find-ChatAccess $search | Export-ChatAccessReport $search } | Should -Throw -ErrorId 'InvalidPath,Export-ChatAccessReport'
        (Get-FileHash $search).Hash | Should -Be (Get-FileHash $Export).Hash
        Get-Content $to | Should -Be $before
    }

    It 'ends if a journal is missing or is not a journal, and keeps the report that was there' {
        Set-Content $Page 'old'
        { Export-ChatAccessReport $Page -JournalPath (Join-Path $Folder 'none.jsonl') } | Should -Throw -ErrorId 'InvalidJournalPath,Export-ChatAccessReport'
        Export-ChatAccessReport $Page -JournalPath $Export -ErrorVariable failed -ErrorAction SilentlyContinue
        "$failed" | Should -BeLike "*JournalPath*is not a ChatAccess journal*"
        Get-Content $Page | Should -Be 'old'
        Join-Path $Folder 'incident.json' | Should -Not -Exist
    }

    It 'warns and writes nothing without input' {
        @() | Export-ChatAccessReport $Page -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*no report was written.'
        $Page | Should -Not -Exist
    }

    It 'writes an error for what is neither a target nor an outcome, and goes on' {
        $odd = 'text', 5, [pscustomobject] @{ Name = 'x' }, $null
        $odd + (New-Target 1) | Export-ChatAccessReport $Page -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -Be (@('InvalidInputObject,Export-ChatAccessReport') * 3)
        (Read-Report).summary.accesses | Should -Be 1
    }

    It 'replaces a link itself, and writes for the owner only' -Skip:$IsWindows {
        $secret = Join-Path $Folder 'secret'
        Set-Content $secret 'secret'
        foreach ($name in 'incident.html', 'incident.json') { $null = New-Item (Join-Path $Folder $name) -ItemType SymbolicLink -Target $secret }
        New-Target 1 | Export-ChatAccessReport $Page
        Get-Content $secret | Should -Be 'secret'
        foreach ($name in 'incident.html', 'incident.json') {
            $file = Get-Item (Join-Path $Folder $name)
            $file.LinkType | Should -BeNullOrEmpty
            $file.UnixMode | Should -Be '-rw-------'
        }
        (Get-ChildItem $Folder -Force).Name | Sort-Object | Should -Be 'incident.html', 'incident.json', 'secret'
    }

    It 'escapes what external users choose' {
        $row = New-Target 1
        $row | Add-Member ExternalUser '<img src=x onerror=alert(1)>; eve''); calc #@evil.example'
        $row | Add-Member UserPrincipalName '<script>alert(1)</script>'
        $row | Export-ChatAccessReport $Page -Title '</title><script>alert(2)</script>'
        $html = Get-Content $Page -Raw
        $html | Should -Not -Match '<img|<script>'
        $html | Should -Not -Match 'BlockedUsers @'
    }

    It 'writes 5,000 targets and their outcomes' {
        $rows = foreach ($number in 1..5000) { New-Target $number }
        $types = InModuleScope ChatAccess { Initialize-ChatAccess; Get-ResultType }
        $objects = foreach ($row in $rows) {
            $target = $types.Target::new()
            $outcome = $types.RemovalOutcome::new()
            foreach ($name in 'TenantId', 'UserId', 'ThreadId') { $target.$name = $outcome.$name = $row.$name }
            $target.ChatType = 'Group'
            $outcome.Status, $outcome.RequestId, $outcome.Completed = 'Removed', [guid]::NewGuid(), '2026-10-01T10:00:00Z'
            $target
            $outcome
        }
        $objects | Export-ChatAccessReport $Page
        (Read-Report).summary.removed | Should -Be 5000
        [regex]::Matches((Get-Content $Page -Raw), '<b class="good">Removed</b>').Count | Should -Be 5000
    }
}
