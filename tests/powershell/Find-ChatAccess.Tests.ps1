BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/records.ps1"

    function New-Json {
        param([int] $Number, [string] $ThreadId)
        $record = if ($ThreadId) { New-Record $Number $ThreadId } else { New-Record $Number }
        $record | ConvertTo-Json -Depth 9 -Compress
    }

    function New-Row {
        param([string] $Json, [string] $User = 'eve@evil.example')
        [pscustomobject] @{
            RecordId = [guid]::NewGuid(); CreationDate = '2026-08-31T10:18:39.0000000Z '; RecordType = 25
            Operation = 'ChatCreated'; UserId = $User; AuditData = $Json; AssociatedAdminUnits = ''; AssociatedAdminUnitsNames = ''
        }
    }

    $group = '19:b8577894a63548969c5c92bb9c80c5e1@thread.v2'
    $export = Join-Path $TestDrive 'AuditLog 1.csv'
    New-Row (New-Json 1) | Export-Csv -LiteralPath $export
    New-Row (New-Json 2) | Export-Csv -LiteralPath (Join-Path $TestDrive 'AuditLog 2.csv')
    "[$(New-Json 2),$(New-Json 3)]" | Set-Content -LiteralPath (Join-Path $TestDrive 'activity[1].json')
}

Describe 'Find-ChatAccess with files' {
    It 'returns one target for each chat and user' {
        $target = Find-ChatAccess $export
        $target.PSTypeNames[0] | Should -Be 'ChatAccess.Target'
        $target.TenantId | Should -Be $homeTenant
        $target.UserId | Should -Be (New-UserId 1)
        $target.ThreadId | Should -Be "19:$(New-UserId 1)_$eve@unq.gbl.spaces"
        $target.UserPrincipalName | Should -Be 'user1@contoso.com'
        $target.ChatType | Should -Be 'OneOnOne'
        $target.External | Should -BeTrue
        $target.ExternalTenantId | Should -Be $away
        $target.ExternalDomain | Should -Be 'evil.example'
        $target.ExternalUser | Should -Be 'eve@evil.example'
        $target.Operation | Should -Be 'ChatCreated'
        $target.FirstSeen | Should -BeExactly '2026-08-31T10:18:39Z'
        $target.EventCount | Should -Be 1
        $target.Source | Should -Be 'AuditLog'
        $target.FoundBy | Should -Be 'ChatId'
        $target.Unresolved | Should -BeNullOrEmpty
    }

    It 'accepts wildcards, exact names and the files of Get-ChildItem, of different kinds in one call' {
        (Find-ChatAccess -Path (Join-Path $TestDrive '*.csv')).Count | Should -Be 2
        (Find-ChatAccess -LiteralPath (Join-Path $TestDrive 'activity[1].json')).Count | Should -Be 2
        (Find-ChatAccess -Path (Join-Path $TestDrive 'AuditLog*'), (Join-Path $TestDrive 'act*')).UserPrincipalName |
            Should -Be 'user1@contoso.com', 'user2@contoso.com', 'user3@contoso.com'
        (Get-ChildItem -LiteralPath $TestDrive -Filter '*.csv' | Find-ChatAccess).Count | Should -Be 2
    }

    It 'writes lists to CSV as text' {
        $target = Find-ChatAccess $export
        , $target.Operation | Should -BeOfType [Collections.Generic.List[string]]
        $target.Operation -contains 'ChatCreated' | Should -BeTrue
        $both = (New-Json 1), ((New-Json 1) -replace 'ChatCreated', 'MessageSent' -replace '0000000000ff', '0000000000fe') | Find-ChatAccess
        ($both | ConvertTo-Csv)[1] | Should -BeLike '*"ChatCreated; MessageSent"*'
        ($both | ConvertTo-Json | ConvertFrom-Json).Operation | Should -Be 'ChatCreated', 'MessageSent'
    }

    It 'writes times that name their zone, in every culture, and accepts them as they were' {
        $culture = [cultureinfo]::CurrentCulture
        try {
            foreach ($name in 'th-TH', 'en-US', 'ar-SA') {
                [cultureinfo]::CurrentCulture = $name
                $row = Find-ChatAccess $export | ConvertTo-Csv | ConvertFrom-Csv
                $row.FirstSeen | Should -BeExactly '2026-08-31T10:18:39Z'
                Find-ChatAccess $export | ConvertTo-Json | Should -Match '"LastSeen": "2026-08-31T10:18:39Z"'
                @(Find-ChatAccess $export -After $row.FirstSeen).Count | Should -Be 1
                @(Find-ChatAccess $export -Before $row.FirstSeen).Count | Should -Be 0
            }
        } finally {
            [cultureinfo]::CurrentCulture = $culture
        }
    }

    It 'returns thousands of targets in the order of the search' {
        $many = 1..2000 | ForEach-Object { (New-Json 1).Replace('00000001-0000', ('{0:x8}-0000' -f $_)) } | Find-ChatAccess
        $many.Count | Should -Be 2000
        $many.UserId | Should -Be (1..2000 | ForEach-Object { New-UserId $_ })
    }

    It 'converts the same JSON to the same objects in Windows PowerShell' {
        InModuleScope ChatAccess -Parameters @{ Export = $export } {
            $target = Find-ChatAccess $Export
            $received = @{}
            foreach ($field in (Get-ResultType).Field.Target.GetEnumerator()) { $received[$field.Value[1]] = $target.($field.Key) }
            $converted = ConvertTo-Result Target ([pscustomobject] $received)
            $converted.GetType() | Should -Be $target.GetType()
            $converted | ConvertTo-Json | Should -Be ($target | ConvertTo-Json)
            ($converted | ConvertTo-Csv)[1] | Should -Be ($target | ConvertTo-Csv)[1]
            $event = @{ event = 'outcome'; status = 'Removed'; http_status = 204; duration_ms = 1500; completed = '2026-08-31T10:18:39Z' }
            $converted = ConvertTo-Result RemovalOutcome ([pscustomobject] $event)
            $bytes = [Text.Encoding]::UTF8.GetBytes('[{"event":"outcome","status":"Removed","http_status":204,"duration_ms":1500,"completed":"2026-08-31T10:18:39Z"}]')
            $outcome = ConvertFrom-EventBatch $bytes $bytes.Length
            $outcome.Duration | Should -Be ([timespan] '0:00:01.5')
            $outcome.HttpStatus | Should -Be 204
            $converted | ConvertTo-Json | Should -Be ($outcome[0] | ConvertTo-Json)
        }
    }

    It 'resolves paths relative to the current location' {
        Push-Location $TestDrive
        try {
            (Find-ChatAccess 'AuditLog 1.csv').Count | Should -Be 1
        } finally {
            Pop-Location
        }
    }

    It 'shows the user, the external users and the last time whole in 80 columns' {
        $record = New-Record 1 '19:00000001@thread.v2'
        $record.Members[0].UPN = 'a.user.with.a.long.name@subsidiary.contoso.com'
        $found = $record, (New-Record 2) | ForEach-Object { $_ | ConvertTo-Json -Depth 9 } | Find-ChatAccess -WarningAction SilentlyContinue
        $lines = $found | Out-String -Width 80 -Stream
        $lines | Where-Object Length -GT 80 | Should -BeNullOrEmpty
        $lines[1] | Should -Match '^User +ExternalUser +LastSeen$'
        $lines[3] | Should -Match '^a\.user\.with\.a\.long\.name@subsid +eve@evil\.example +2026-08-31 10:18$'
        $lines[4] | Should -Be 'iary.contoso.com (NoObjectId)'
        $lines[5] | Should -Match '^user2@contoso\.com +eve@evil\.example +2026-08-31 10:18$'
        $record.Members += @{ OrganizationId = $away; UPN = 'mal@evil.example' }
        $lines = $record | ConvertTo-Json -Depth 9 | Find-ChatAccess -WarningAction SilentlyContinue | Out-String -Width 80 -Stream
        $lines[3] | Should -Match ' eve@evil\.example, +2026-08-31 10:18$'
        $lines[4] | Should -Match ' mal@evil\.example$'
    }

    It 'sorts the targets by external user, then by user' {
        $records = foreach ($pair in (3, 'mal@evil.example'), (1, 'mal@evil.example'), (2, 'eve@evil.example')) {
            $record = New-Record $pair[0]
            $record.Members[1].UPN = $record.UserId = $pair[1]
            $record | ConvertTo-Json -Depth 9
        }
        $records | Find-ChatAccess | ForEach-Object { "$($_.ExternalUser) $($_.UserPrincipalName)" } |
            Should -Be 'eve@evil.example user2@contoso.com', 'mal@evil.example user1@contoso.com', 'mal@evil.example user3@contoso.com'
    }

    It 'warns once of the unresolved targets of each kind, with what to do' {
        $records = 1..3 | ForEach-Object { New-Json $_ $group }
        $found = @($records) + (New-Json 4) | Find-ChatAccess -WarningVariable warned -WarningAction SilentlyContinue
        $found.Count | Should -Be 4
        "$warned" | Should -Be "3 targets are unresolved (NoObjectId). No record contains the user's object id. Use -ResolveUser to look it up in the directory."
    }

    It 'shows the user, the id, the chat type, the external users and the time in a table' {
        $shown = Find-ChatAccess $export | Out-String -Width 200
        foreach ($text in 'user1@contoso.com', (New-UserId 1), 'OneOnOne', 'eve@evil.example', '2026-08-31 10:18') {
            $shown | Should -BeLike "*$text*"
        }
    }

    It 'filters by <Name>' -ForEach @(
        @{ Name = 'UserPrincipalName'; Taken = 'USER1@*'; Left = 'user9@contoso.com' }
        @{ Name = 'ExternalDomain'; Taken = 'evil.example'; Left = 'good.example' }
        @{ Name = 'ExternalTenantId'; Taken = 'bbbbbbbb-0000-4000-8000-00000000000b'; Left = 'cccccccc-0000-4000-8000-00000000000b' }
        @{ Name = 'Operation'; Taken = 'ChatCreated'; Left = 'MessageSent' }
        @{ Name = 'After'; Taken = [datetime] '2026-08-31T10:18:39Z'; Left = [datetime] '2026-08-31T10:18:40Z' }
        @{ Name = 'Before'; Taken = [datetime] '2026-08-31T10:18:40Z'; Left = [datetime] '2026-08-31T10:18:39Z' }
        @{ Name = 'ThreadId'; Taken = '19:00000001-*'; Left = '19:other@thread.v2' }
        @{ Name = 'ChatType'; Taken = 'OneOnOne'; Left = 'Group' }
    ) {
        $filter = @{ $Name = $Taken }
        @(Find-ChatAccess $export @filter).Count | Should -Be 1
        $filter = @{ $Name = $Left }
        @(Find-ChatAccess $export @filter -WarningVariable warned -WarningAction SilentlyContinue).Count | Should -Be 0
        $warned.Count | Should -Be 1
        "$warned" | Should -BeLike "No * matches -$Name. The search found *"
    }

    It 'returns chats without external users only with -IncludeInternal' {
        $record = New-Record 7
        $record.Members[1].OrganizationId = $homeTenant
        $record.ParticipantInfo = @{ HasForeignTenantUsers = $false; ParticipatingTenantIds = @($homeTenant) }
        $record.ResourceTenantId = $homeTenant
        $json = $record | ConvertTo-Json -Depth 9 -Compress
        @($json | Find-ChatAccess).Count | Should -Be 0
        @($json | Find-ChatAccess -IncludeInternal).Count | Should -Be 2
    }

    It 'reports a file of an unknown kind and a missing file, and reads the others' {
        $letter = Join-Path $TestDrive 'letter.txt'
        'Dear Sir or Madam' | Set-Content -LiteralPath $letter
        $found = Find-ChatAccess $letter, (Join-Path $TestDrive 'none.csv'), $export -ErrorVariable failed -ErrorAction SilentlyContinue
        @($found).Count | Should -Be 1
        $failed.FullyQualifiedErrorId | Should -Be 'PathNotFound,Find-ChatAccess', 'UnreadableFile,Find-ChatAccess'
        $failed[1].Exception.Message | Should -BeLike '*letter.txt*AuditData*MessageEvents*'
    }

    It 'names -LiteralPath if a path with [ matches no file' {
        $null = Find-ChatAccess (Join-Path $TestDrive 'activity[1].json') -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -Be 'PathNotFound,Find-ChatAccess'
        $failed[0].ErrorDetails.RecommendedAction | Should -Be "In -Path, '[' is a wildcard character. Use -LiteralPath for a name that contains it."
    }

    It 'rejects a second argument by position, and null as -Context' {
        { Find-ChatAccess $export (Get-Date) } | Should -Throw -ErrorId 'PositionalParameterNotFound,Find-ChatAccess'
        { Find-ChatAccess $export -ResolveUser -Context $notSet } | Should -Throw -ErrorId 'InvalidContext,Find-ChatAccess'
    }

    It 'warns about invalid rows once per file, and lists each with -Verbose' {
        $damaged = Join-Path $TestDrive 'damaged.csv.txt'
        @((New-Row (New-Json 1)), (New-Row '{"ChatThreadId":'), (New-Row 'no JSON'), (New-Row (New-Json 2))) | Export-Csv -LiteralPath $damaged
        $found = Find-ChatAccess $damaged -WarningVariable warned -WarningAction SilentlyContinue
        $found.Count | Should -Be 2
        $warned.Count | Should -Be 1
        "$warned" | Should -BeLike '*damaged.csv.txt, row 3, is skipped: its end is missing*. 1 more row is skipped. Use -Verbose to list them.'
        $cut = (New-Json 4).Substring(0, 500)
        $partly = Join-Path $TestDrive 'partly.csv.txt'
        @((New-Row (New-Json 3)), (New-Row $cut), (New-Row 'no JSON'), (New-Row $cut)) | Export-Csv -LiteralPath $partly
        $null = Find-ChatAccess $partly -WarningVariable warned -WarningAction SilentlyContinue
        $warned.Count | Should -Be 2
        $warned[0] | Should -BeLike '*partly.csv.txt, row 4, is skipped: it is not valid JSON.'
        $warned[1] | Should -BeLike '*partly.csv.txt, row 3, is incomplete: *. The rest of the row is used. 1 more row is incomplete. Use -Verbose to list them.'
        $verbose = Find-ChatAccess $damaged -Verbose -WarningAction SilentlyContinue 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        "$verbose" | Should -BeLike '*row 3,*row 4,*'
    }

    It 'reads a truncated file as far as it goes, and warns' {
        $cut = Join-Path $TestDrive 'cut.json'
        "[$(New-Json 1),$((New-Json 2).Substring(0, 300))" | Set-Content -LiteralPath $cut -NoNewline
        $found = Find-ChatAccess $cut -WarningVariable warned -WarningAction SilentlyContinue
        @($found).Count | Should -Be 1
        "$warned" | Should -BeLike '*cut.json is truncated*'
    }

    It 'names the records of a target, and lists them with -Verbose' {
        $found = Find-ChatAccess $export -Verbose 4>&1
        $target = @($found | Where-Object { $_.PSTypeNames -contains 'ChatAccess.Target' })[0]
        $target.FirstRecord | Should -Match "^$([regex]::Escape((Split-Path -Leaf $export))), row \d+$"
        $target.LastRecord | Should -Match ', row \d+$'
        "$found" | Should -BeLike "*$($target.ThreadId): first record $($target.FirstRecord); last record $($target.LastRecord).*"
    }

    It 'keeps the sources of the search for a report, in no property' {
        $one = @(Find-ChatAccess $export)[0]
        $other = @(Get-Content -LiteralPath $export -Raw | ConvertFrom-Csv | Find-ChatAccess)[0]
        $one.GetSearch().sources.file.path | Should -Be (Convert-Path -LiteralPath $export)
        $one.GetSearch().sources.records | Should -BeGreaterThan 0
        $other.GetSearch().sources.name | Should -Be 'the pipeline'
        $other.GetSearch() | Should -Not -Be $one.GetSearch()
        $one.PSObject.Properties.Name -match 'Search' | Should -BeNullOrEmpty
    }

    It 'writes a report' {
        $page = Join-Path $TestDrive 'report.html'
        $null = Find-ChatAccess $export -Report $page
        Get-Content -LiteralPath $page -Raw | Should -BeLike '<!DOCTYPE html>*eve@evil.example*user1@contoso.com*'
    }

    It 'searches nothing if the report can''t be written: <Why>' -ForEach @(
        @{ Why = 'no such drive'; Report = 'Nowhere:\chat\report.html'; Part = 'Nowhere' }
        @{ Why = 'not a file system'; Report = 'Env:foo'; Part = 'Environment' }
        @{ Why = 'no such folder'; Report = 'none/report.html'; Part = 'does not exist' }
        @{ Why = 'a folder'; Report = '.'; Part = 'is a folder' }
        @{ Why = 'empty'; Report = ''; Part = 'is empty' }
    ) {
        Push-Location -LiteralPath $TestDrive
        try {
            # The error for a path that matches no file would precede one at the end.
            $failed = { Find-ChatAccess 'none.csv', $export -Report $Report -ErrorVariable script:all -ErrorAction SilentlyContinue } | Should -Throw -PassThru
        } finally {
            Pop-Location
        }
        $failed.FullyQualifiedErrorId | Should -Be 'InvalidReport,Find-ChatAccess'
        $failed.Exception.Message | Should -BeLike "Report '$Report' can't be used: *$Part*"
        $failed.ErrorDetails.RecommendedAction | Should -Be 'Use the path of a file in a folder that exists.'
        $all.FullyQualifiedErrorId | Should -Not -Contain 'PathNotFound,Find-ChatAccess'
    }

    It 'does not replace an input by the report' {
        $before = Get-Content -LiteralPath $export -Raw
        { Find-ChatAccess $export -Report $export } | Should -Throw -ErrorId 'InvalidReport,Find-ChatAccess' -ExpectedMessage "*'$export'*input*"
        Push-Location -LiteralPath $TestDrive
        try {
            { Get-ChildItem -LiteralPath $TestDrive -Filter '*.csv' | Find-ChatAccess -Report './AuditLog 1.csv' } |
                Should -Throw -ErrorId 'InvalidReport,Find-ChatAccess'
        } finally {
            Pop-Location
        }
        Get-Content -LiteralPath $export -Raw | Should -Be $before
    }

    It 'names the parameter with an invalid value' {
        { Find-ChatAccess $export -TenantId contoso } | Should -Throw -ErrorId 'InvalidTenantId,Find-ChatAccess' -ExpectedMessage '*GUID*'
    }
}

Describe 'Find-ChatAccess with records' {
    It 'accepts JSON text, rows of Import-Csv and parsed JSON' {
        @((New-Json 1), (New-Json 2) | Find-ChatAccess).Count | Should -Be 2
        @(Import-Csv -LiteralPath $export | Find-ChatAccess).UserId | Should -Be (New-UserId 1)
        @(New-Json 3 | ConvertFrom-Json | Find-ChatAccess).UserId | Should -Be (New-UserId 3)
    }

    It 'accepts the objects of Search-UnifiedAuditLog' {
        $result = [pscustomobject] @{
            RecordType = 'MicrosoftTeams'; CreationDate = [datetime] '2026-08-31'; UserIds = 'x'; Operations = 'ChatCreated'
            AuditData = New-Json 4; ResultIndex = 1; ResultCount = 1; Identity = 'x'; IsValid = $true; ObjectState = 'Unchanged'
        }
        @($result | Find-ChatAccess).UserId | Should -Be (New-UserId 4)
    }

    It 'accepts the objects of Get-MgSecurityAuditLogQueryRecord' {
        $fields = [Collections.Generic.Dictionary[string, object]]::new()
        (New-Record 5).GetEnumerator() | ForEach-Object { $fields[$_.Key] = $_.Value }
        $record = [pscustomobject] @{ Id = 'x'; AuditData = [pscustomobject] @{ AdditionalProperties = $fields }; Operation = 'ChatCreated' }
        @($record | Find-ChatAccess).UserId | Should -Be (New-UserId 5)
    }

    It 'accepts rows of hunting results' {
        $row = [pscustomobject] @{
            Timestamp = '2026-08-31T10:20:00Z'; ThreadId = $group; SenderEmailAddress = 'eve@evil.example'; SenderObjectId = $eve
            IsExternalThread = '1'; RecipientDetails = '[{"RecipientSmtpAddress":"user6@contoso.com","RecipientObjectId":"' + (New-UserId 6) + '"}]'
            TenantId = 'dddddddd-0000-4000-8000-00000000000d'
        }
        $found = $row | Find-ChatAccess -TenantId $homeTenant -InternalDomain contoso.com
        $found.TenantId | Should -Be $homeTenant
        $found.UserId | Should -Be (New-UserId 6)
        $found.FoundBy | Should -Be 'RecipientObjectId'
        ($row | Find-ChatAccess).Unresolved | Should -Be 'NoTenant'
    }

    It 'finds the same in <Name> as in single records' -ForEach @(
        @{ Name = 'an array as JSON text'; Pass = { "[$($args -join ',')]" | Find-ChatAccess } }
        @{ Name = 'an array object'; Pass = { , @($args | ConvertFrom-Json) | Find-ChatAccess } }
        @{ Name = '-InputObject'; Pass = { Find-ChatAccess -InputObject @($args | ConvertFrom-Json) } }
        @{ Name = 'an object with value'; Pass = { @{ value = @($args | ConvertFrom-Json) } | Find-ChatAccess } }
        @{ Name = 'a response as text'; Pass = { "{`"@odata.context`":`"x`",`"value`":[$($args -join ',')]}" | Find-ChatAccess } }
        @{ Name = 'a parsed response'; Pass = { "{`"@odata.context`":`"x`",`"value`":[$($args -join ',')]}" | ConvertFrom-Json | Find-ChatAccess } }
        @{ Name = 'arrays in arrays'; Pass = { , @(($args[0] | ConvertFrom-Json), @(, @($args[1], @($args[2] | ConvertFrom-Json)))) | Find-ChatAccess } }
        @{ Name = 'an array of rows'; Pass = { , @($args | ForEach-Object { New-Row $_ }) | Find-ChatAccess } }
        @{ Name = 'a list'; Pass = { , [Collections.Generic.List[object]] @($args | ConvertFrom-Json) | Find-ChatAccess } }
    ) {
        $json = 1..3 | ForEach-Object { New-Json $_ }
        # An array is one object of the pipeline.
        $expected = $json | Find-ChatAccess | Select-Object * -ExcludeProperty FirstRecord, LastRecord | ConvertTo-Json
        & $Pass @json | Select-Object * -ExcludeProperty FirstRecord, LastRecord | ConvertTo-Json | Should -Be $expected
    }

    It 'finds the same in a response of Microsoft Graph at the prompt as in the file' {
        $file = "$PSScriptRoot/../cases/pipeline-envelope.json"
        $expected = Find-ChatAccess $file | Select-Object * -ExcludeProperty FirstRecord, LastRecord | ConvertTo-Json
        $response = Get-Content -LiteralPath $file -Raw | ConvertFrom-Json
        foreach ($piped in { $response }, { $response.value }, { , $response.value }, { Get-Content -LiteralPath $file -Raw }) {
            & $piped | Find-ChatAccess | Select-Object * -ExcludeProperty FirstRecord, LastRecord | ConvertTo-Json | Should -Be $expected -Because "$piped"
        }
    }

    It 'reads the files whose paths are given as text: <Name>' -ForEach @(
        @{ Name = 'absolute'; Text = { $export } }
        @{ Name = 'relative'; Text = { 'AuditLog 1.csv' } }
        @{ Name = 'a pattern'; Text = { './AuditLog ?.csv' } }
        @{ Name = 'with a wildcard character'; Text = { 'activity`[1`].json', 'AuditLog 1.csv' } }
        @{ Name = 'on a drive of PowerShell'; Text = { 'TestDrive:/AuditLog 1.csv' } }
    ) {
        Push-Location -LiteralPath $TestDrive
        try {
            $text = & $Text | ForEach-Object { $_.Replace('`', '') }
            @($text | Find-ChatAccess).UserPrincipalName | Should -Contain $(if ($Name -eq 'a pattern') { 'user2@contoso.com' } else { 'user1@contoso.com' })
        } finally {
            Pop-Location
        }
    }

    It 'says so if the pipeline contained no record: <Name>' -ForEach @(
        @{ Name = 'null'; Piped = { $null } }
        @{ Name = 'nothing'; Piped = { } }
        @{ Name = 'blank text'; Piped = { '', "`n" } }
        @{ Name = 'an empty array in an array'; Piped = { , @() } }
    ) {
        & $Piped | Find-ChatAccess -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -Be 'The pipeline contained no records.'
    }

    It 'ignores empty input and warns about text that is not a record' {
        @('', $null, (New-Json 1), '{"ChatThreadId":' | Find-ChatAccess -WarningVariable warned -WarningAction SilentlyContinue).Count | Should -Be 1
        "$warned" | Should -BeLike 'the pipeline, row 2, is skipped: its end is missing*'
    }

    It 'says once that text is neither a file nor a record, and uses the rest' {
        $found = @('AuditLog_today.csv', (New-Json 1), 'x', 'C:\exports\AuditLog.csv' | Find-ChatAccess -ErrorVariable failed -ErrorAction SilentlyContinue)
        $found.Count | Should -Be 1
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'NotARecord,Find-ChatAccess'
        "$($failed[0])" | Should -BeLike "InputObject 'AuditLog_today.csv' is neither the path of a file nor a record as JSON.*"
        'typo.csv' | Find-ChatAccess -WarningVariable warned -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $warned.Count | Should -Be 0 -Because 'the error says it all'
        { 'typo.csv' | Find-ChatAccess -ErrorAction Stop } | Should -Throw -ErrorId 'NotARecord,Find-ChatAccess'
    }

    It 'uses AuditData that was cut the same from a file and from the pipeline' {
        $rows = @((New-Row ((New-Json 1).Substring(0, 700))), (New-Row (New-Json 2)))
        $file = Join-Path $TestDrive 'cut.csv.txt'
        $rows | Export-Csv -LiteralPath $file
        $fromFile = Find-ChatAccess $file -WarningVariable warned -WarningAction SilentlyContinue
        $fromFile.Count | Should -Be 2
        $warned.Count | Should -Be 1
        foreach ($piped in $rows, $rows.AuditData) {
            $found = $piped | Find-ChatAccess -WarningVariable warned -WarningAction SilentlyContinue
            $same = @{ Property = '*'; ExcludeProperty = 'FirstRecord', 'LastRecord' }
            $found | Select-Object @same | ConvertTo-Json | Should -Be ($fromFile | Select-Object @same | ConvertTo-Json)
            "$warned" | Should -BeLike 'the pipeline, row 1, is incomplete: *. The rest of the row is used.'
        }
    }

    It 'warns if the records contain no chat with external users' {
        $null = '{"Operation":"FileAccessed"}' | Find-ChatAccess -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Be 'The search found no chat with external users in 1 record: 1 not about chats.'
    }

    It 'counts a record that arrives twice once' {
        $found = (New-Json 1), (New-Json 1) | Find-ChatAccess
        @($found).Count | Should -Be 1
        $found.EventCount | Should -Be 1
    }

    It 'stops when a following command needs no more' {
        1..50 | ForEach-Object { New-Json $_ } | Find-ChatAccess | Select-Object -First 1 | Should -Not -BeNullOrEmpty
        (Find-ChatAccess $export).Count | Should -Be 1
    }
}

Describe 'Find-ChatAccess piped to Remove-ChatAccessForUser' {
    BeforeEach {
        Reset-Sandbox
        Connect-Sandbox
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'removes the targets' {
        $outcome = Find-ChatAccess $export | Remove-ChatAccessForUser @Fast
        $outcome.Status | Should -Be 'Removed'
        $outcome.UserId | Should -Be (New-UserId 1)
        @(Get-SandboxRequest).Count | Should -Be 1
    }

    It 'removes targets that were stored in a CSV file' {
        $table = Join-Path $TestDrive 'targets.table'
        Find-ChatAccess $export | Export-Csv -LiteralPath $table
        (Import-Csv -LiteralPath $table | Remove-ChatAccessForUser @Fast).Status | Should -Be 'Removed'
    }

    It 'rejects an unresolved target with its reason, and removes the others' {
        $found = (New-Json 1 $group), (New-Json 2) | Find-ChatAccess
        $found | Where-Object ThreadId -EQ $group | ForEach-Object Unresolved | Should -Be 'NoObjectId'
        $outcomes = $found | Remove-ChatAccessForUser @Fast -ErrorVariable failed -ErrorAction SilentlyContinue
        $outcomes | ForEach-Object Status | Sort-Object | Should -Be 'Invalid', 'Removed'
        $failed.FullyQualifiedErrorId | Should -Be 'RemovalInvalid,Remove-ChatAccessForUser'
        $failed[0].Exception.Message | Should -BeLike "*user1@contoso.com in chat $group with eve@evil.example is unresolved: No record contains the user's object id. Use -ResolveUser*"
        @(Get-SandboxRequest).Count | Should -Be 1
    }
}

Describe 'Find-ChatAccess -ResolveUser' {
    BeforeEach {
        Reset-Sandbox
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'Chat.ReadWrite.All User.ReadBasic.All' }) -GraphEndpoint $Sandbox
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'looks up each user whose object id no record contains, once' {
        $null = Invoke-Sandbox users -Body @{ users = @(@{ id = (New-UserId 1); userPrincipalName = 'User1@contoso.com' }) }
        $found = (New-Json 1 $group), (New-Json 1 '19:other@thread.v2'), (New-Json 2 $group) | Find-ChatAccess -ResolveUser
        $found | Where-Object UserPrincipalName -EQ 'user1@contoso.com' | ForEach-Object { "$($_.UserId) $($_.FoundBy)" } |
            Should -Be "$(New-UserId 1) Directory", "$(New-UserId 1) Directory"
        $found | Where-Object UserPrincipalName -EQ 'user2@contoso.com' | ForEach-Object Unresolved | Should -Be 'NotInDirectory'
        @((Invoke-Sandbox requests).requests | Where-Object target -Match '/users/').Count | Should -Be 2
    }

    It 'returns the other targets if the directory denies access' {
        Set-SandboxFault @{ fault = @{ kind = 'status'; code = 403; graph_code = 'Authorization_RequestDenied'; message = 'Insufficient privileges.' } }
        $found = (New-Json 1 $group), (New-Json 2) | Find-ChatAccess -ResolveUser -WarningVariable warned -WarningAction SilentlyContinue
        @($found | Where-Object UserId).Count | Should -Be 1
        "$warned" | Should -BeLike 'Not all users could be looked up: *403*Insufficient privileges.*User.ReadBasic.All*'
    }

    It 'needs a connected account' {
        Disconnect-ChatAccess
        { Find-ChatAccess $export -ResolveUser } | Should -Throw -ErrorId 'NotConnected,Find-ChatAccess'
    }
}
