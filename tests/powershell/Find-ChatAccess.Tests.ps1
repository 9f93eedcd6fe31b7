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
    It 'gives one typed target per chat and user' {
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
        $target.FirstSeen | Should -Be ([datetime] '2026-08-31T10:18:39Z').ToUniversalTime()
        $target.FirstSeen.Kind | Should -Be 'Utc'
        $target.EventCount | Should -Be 1
        $target.Source | Should -Be 'AuditLog'
        $target.FoundBy | Should -Be 'ChatId'
        $target.Unresolved | Should -BeNullOrEmpty
    }

    It 'takes wildcards, literal names and what Get-ChildItem returns, of different kinds together' {
        (Find-ChatAccess -Path (Join-Path $TestDrive '*.csv')).Count | Should -Be 2
        (Find-ChatAccess -LiteralPath (Join-Path $TestDrive 'activity[1].json')).Count | Should -Be 2
        (Find-ChatAccess -Path (Join-Path $TestDrive 'AuditLog*'), (Join-Path $TestDrive 'act*')).UserPrincipalName |
            Should -Be 'user1@contoso.com', 'user2@contoso.com', 'user3@contoso.com'
        (Get-ChildItem -LiteralPath $TestDrive -Filter '*.csv' | Find-ChatAccess).Count | Should -Be 2
    }

    It 'has lists that a CSV file can hold' {
        $target = Find-ChatAccess $export
        , $target.Operation | Should -BeOfType [string[]]
        $target.Operation -contains 'ChatCreated' | Should -BeTrue
        $both = (New-Json 1), ((New-Json 1) -replace 'ChatCreated', 'MessageSent' -replace '0000000000ff', '0000000000fe') | Find-ChatAccess
        ($both | ConvertTo-Csv)[1] | Should -BeLike '*"ChatCreated; MessageSent"*'
        ($both | ConvertTo-Json | ConvertFrom-Json).Operation | Should -Be 'ChatCreated', 'MessageSent'
    }

    It 'is relative to the location' {
        Push-Location $TestDrive
        try {
            (Find-ChatAccess 'AuditLog 1.csv').Count | Should -Be 1
        } finally {
            Pop-Location
        }
    }

    It 'shows user, id, kind, outsiders and time in a table' {
        $shown = Find-ChatAccess $export | Out-String -Width 200
        foreach ($text in 'user1@contoso.com', (New-UserId 1), 'OneOnOne', 'eve@evil.example', '2026-08-31 10:18') {
            $shown | Should -BeLike "*$text*"
        }
    }

    It 'takes only what <Name> asks for' -ForEach @(
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
        @(Find-ChatAccess $export @filter).Count | Should -Be 0
    }

    It 'finds chats of colleagues only on request' {
        $record = New-Record 7
        $record.Members[1].OrganizationId = $homeTenant
        $record.ParticipantInfo = @{ HasForeignTenantUsers = $false; ParticipatingTenantIds = @($homeTenant) }
        $record.ResourceTenantId = $homeTenant
        $json = $record | ConvertTo-Json -Depth 9 -Compress
        @($json | Find-ChatAccess).Count | Should -Be 0
        @($json | Find-ChatAccess -IncludeInternal).Count | Should -Be 2
    }

    It 'says that a file is of no known kind, names no file that is not there, and reads the others' {
        $letter = Join-Path $TestDrive 'letter.txt'
        'Dear Sir or Madam' | Set-Content -LiteralPath $letter
        $found = Find-ChatAccess $letter, (Join-Path $TestDrive 'none.csv'), $export -ErrorVariable failed -ErrorAction SilentlyContinue
        @($found).Count | Should -Be 1
        $failed.FullyQualifiedErrorId | Should -Be 'PathNotFound,Find-ChatAccess', 'UnreadableFile,Find-ChatAccess'
        $failed[1].Exception.Message | Should -BeLike '*letter.txt*AuditData*MessageEvents*'
    }

    It 'warns of bad rows once per file, and names each with -Verbose' {
        $damaged = Join-Path $TestDrive 'damaged.csv.txt'
        @((New-Row (New-Json 1)), (New-Row '{"ChatThreadId":'), (New-Row 'no JSON'), (New-Row (New-Json 2))) | Export-Csv -LiteralPath $damaged
        $found = Find-ChatAccess $damaged -WarningVariable warned -WarningAction SilentlyContinue
        $found.Count | Should -Be 2
        $warned.Count | Should -Be 1
        "$warned" | Should -BeLike '*damaged.csv.txt: 2 rows, the first of them row 3 *'
        $told = Find-ChatAccess $damaged -Verbose -WarningAction SilentlyContinue 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        "$told" | Should -BeLike '*row 3,*row 4,*'
    }

    It 'says that a file is truncated and gives what it holds' {
        $cut = Join-Path $TestDrive 'cut.json'
        "[$(New-Json 1),$((New-Json 2).Substring(0, 300))" | Set-Content -LiteralPath $cut -NoNewline
        $found = Find-ChatAccess $cut -WarningVariable warned -WarningAction SilentlyContinue
        @($found).Count | Should -Be 1
        "$warned" | Should -BeLike '*cut.json is truncated*'
    }

    It 'writes a report' {
        $page = Join-Path $TestDrive 'report.html'
        $null = Find-ChatAccess $export -Report $page
        Get-Content -LiteralPath $page -Raw | Should -BeLike '<!DOCTYPE html>*eve@evil.example*user1@contoso.com*'
        $null = Find-ChatAccess $export -Report (Join-Path $TestDrive 'none/report.html') -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -Be 'UnreadableFile,Find-ChatAccess'
    }

    It 'refuses a query that makes no sense, by parameter' {
        { Find-ChatAccess $export -TenantId contoso } | Should -Throw -ErrorId 'InvalidTenantId,Find-ChatAccess' -ExpectedMessage '*GUID*'
    }
}

Describe 'Find-ChatAccess with records' {
    It 'takes JSON text, rows of Import-Csv and parsed JSON' {
        @((New-Json 1), (New-Json 2) | Find-ChatAccess).Count | Should -Be 2
        @(Import-Csv -LiteralPath $export | Find-ChatAccess).UserId | Should -Be (New-UserId 1)
        @(New-Json 3 | ConvertFrom-Json | Find-ChatAccess).UserId | Should -Be (New-UserId 3)
    }

    It 'takes what Search-UnifiedAuditLog returns' {
        $result = [pscustomobject] @{
            RecordType = 'MicrosoftTeams'; CreationDate = [datetime] '2026-08-31'; UserIds = 'x'; Operations = 'ChatCreated'
            AuditData = New-Json 4; ResultIndex = 1; ResultCount = 1; Identity = 'x'; IsValid = $true; ObjectState = 'Unchanged'
        }
        @($result | Find-ChatAccess).UserId | Should -Be (New-UserId 4)
    }

    It 'takes what Get-MgSecurityAuditLogQueryRecord returns' {
        $fields = [Collections.Generic.Dictionary[string, object]]::new()
        (New-Record 5).GetEnumerator() | ForEach-Object { $fields[$_.Key] = $_.Value }
        $record = [pscustomobject] @{ Id = 'x'; AuditData = [pscustomobject] @{ AdditionalProperties = $fields }; Operation = 'ChatCreated' }
        @($record | Find-ChatAccess).UserId | Should -Be (New-UserId 5)
    }

    It 'takes rows of hunting results' {
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

    It 'passes over what is empty and warns of what is no record' {
        @('', $null, (New-Json 1), '{"ChatThreadId":' | Find-ChatAccess -WarningVariable warned -WarningAction SilentlyContinue).Count | Should -Be 1
        "$warned" | Should -BeLike '*the pipeline: row 2*'
    }

    It 'makes one target of a chat that came in twice' {
        $found = (New-Json 1), (New-Json 1) | Find-ChatAccess
        @($found).Count | Should -Be 1
        $found.EventCount | Should -Be 1
    }

    It 'stops with the pipeline behind it' {
        1..50 | ForEach-Object { New-Json $_ } | Find-ChatAccess | Select-Object -First 1 | Should -Not -BeNullOrEmpty
        (Find-ChatAccess $export).Count | Should -Be 1
    }
}

Describe 'Find-ChatAccess into Remove-ChatAccessForUser' {
    BeforeEach {
        Reset-Sandbox
        Connect-Sandbox
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'removes what was found' {
        $outcome = Find-ChatAccess $export | Remove-ChatAccessForUser @Fast
        $outcome.Status | Should -Be 'Removed'
        $outcome.UserId | Should -Be (New-UserId 1)
        @(Get-SandboxRequest).Count | Should -Be 1
    }

    It 'removes what was found after it was kept in a table' {
        $table = Join-Path $TestDrive 'targets.table'
        Find-ChatAccess $export | Export-Csv -LiteralPath $table
        (Import-Csv -LiteralPath $table | Remove-ChatAccessForUser @Fast).Status | Should -Be 'Removed'
    }

    It 'refuses what is not settled, with the reason, and goes on' {
        $found = (New-Json 1 $group), (New-Json 2) | Find-ChatAccess
        $found | Where-Object ThreadId -EQ $group | ForEach-Object Unresolved | Should -Be 'NoObjectId'
        $outcomes = $found | Remove-ChatAccessForUser @Fast -ErrorVariable failed -ErrorAction SilentlyContinue
        $outcomes | ForEach-Object Status | Sort-Object | Should -Be 'Invalid', 'Removed'
        $failed.FullyQualifiedErrorId | Should -Be 'RemovalInvalid,Remove-ChatAccessForUser'
        $failed[0].Exception.Message | Should -BeLike "*$group is unresolved: No record contains the user's object id. Use -ResolveUser*"
        @(Get-SandboxRequest).Count | Should -Be 1
    }
}

Describe 'Find-ChatAccess -ResolveUser' {
    BeforeEach {
        Reset-Sandbox
        Connect-Sandbox
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'asks the directory for users whose object id no record contains, each once' {
        $null = Invoke-Sandbox users -Body @{ users = @(@{ id = (New-UserId 1); userPrincipalName = 'User1@contoso.com' }) }
        $found = (New-Json 1 $group), (New-Json 1 '19:other@thread.v2'), (New-Json 2 $group) | Find-ChatAccess -ResolveUser
        $found | Where-Object UserPrincipalName -EQ 'user1@contoso.com' | ForEach-Object { "$($_.UserId) $($_.FoundBy)" } |
            Should -Be "$(New-UserId 1) Directory", "$(New-UserId 1) Directory"
        $found | Where-Object UserPrincipalName -EQ 'user2@contoso.com' | ForEach-Object Unresolved | Should -Be 'NotInDirectory'
        @((Invoke-Sandbox requests).requests | Where-Object target -Match '/users/').Count | Should -Be 2
    }

    It 'keeps what it found where the directory does not answer' {
        Set-SandboxFault @{ fault = @{ kind = 'status'; code = 403; graph_code = 'Authorization_RequestDenied'; message = 'Insufficient privileges.' } }
        $found = (New-Json 1 $group), (New-Json 2) | Find-ChatAccess -ResolveUser -WarningVariable warned -WarningAction SilentlyContinue
        @($found | Where-Object UserId).Count | Should -Be 1
        "$warned" | Should -BeLike 'Not all users could be looked up: *403*Insufficient privileges.*User.ReadBasic.All*'
    }

    It 'needs somebody who is connected' {
        Disconnect-ChatAccess
        { Find-ChatAccess $export -ResolveUser } | Should -Throw -ErrorId 'NotConnected,Find-ChatAccess'
    }
}
