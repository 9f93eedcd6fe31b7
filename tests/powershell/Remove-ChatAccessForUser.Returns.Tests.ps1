BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Set-SandboxClock {
        param([int] $SecondsAhead)
        $null = Invoke-Sandbox clock -Body @{ seconds_ahead = $SecondsAhead }
    }

    function New-Time {
        param([int] $SecondsAhead)
        [datetime]::UtcNow.AddSeconds($SecondsAhead).ToString('yyyy-MM-ddTHH:mm:ss.fffZ')
    }
}

Describe 'Remove-ChatAccessForUser, for chats that come back' {
    BeforeEach {
        Reset-Sandbox
        Connect-Sandbox
        $journal = Join-Path $TestDrive "$([guid]::NewGuid()).jsonl"
        $target = New-Target 1
        # The service's clock is not this computer's.
        Set-SandboxClock 7200
        $first = $target | Remove-ChatAccessForUser -JournalPath $journal
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'sends nothing without LastSeen, or with one that is earlier than the removal' {
        $old = $target | Add-Member LastSeen (New-Time 3600) -PassThru
        $outcomes = (New-Target 1), $old | Remove-ChatAccessForUser -JournalPath $journal
        $outcomes.Status | Should -Be 'AlreadyRemoved', 'AlreadyRemoved'
        $outcomes.TimesReturned | Should -Be 0, 0
        (Get-SandboxRequest).Count | Should -Be 1
    }

    It 'removes again what was seen later, and says so' {
        $seen = New-Time 7800
        $target | Add-Member LastSeen $seen
        Set-SandboxClock 10800
        $again = $target | Remove-ChatAccessForUser -JournalPath $journal
        $again.Status | Should -Be 'Removed'
        $again.TimesReturned | Should -Be 1
        $again.PreviouslyRemoved | Should -Be $first.Completed
        $again.Message | Should -Be "The chat had come back (times so far: 1): it was seen at $seen, after its removal was confirmed at $($first.Completed)."
        $rest = $target | Remove-ChatAccessForUser -JournalPath $journal
        $rest.Status | Should -Be 'AlreadyRemoved'
        $rest.TimesReturned | Should -Be 1
        $rest.PreviouslyRemoved | Should -BeNullOrEmpty
        (Get-SandboxRequest).Count | Should -Be 2
    }

    It 'reads LastSeen from <From>' -ForEach @(
        @{ From = 'a CSV file'; Convert = { $_ | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ From = 'JSON, which turns text into times'; Convert = { $_ | ConvertTo-Json | ConvertFrom-Json } }
        @{ From = 'a hashtable'; Convert = { @{ TenantId = $_.TenantId; UserId = $_.UserId; ThreadId = $_.ThreadId; LastSeen = $_.LastSeen } } }
        @{ From = 'a time in UTC'; Convert = { $_.LastSeen = ([datetimeoffset] $_.LastSeen).UtcDateTime; $_ } }
        @{ From = 'a local time'; Convert = { $_.LastSeen = ([datetimeoffset] $_.LastSeen).LocalDateTime; $_ } }
        @{ From = 'a time with an offset'; Convert = { $_.LastSeen = ([datetimeoffset] $_.LastSeen).ToOffset([timespan] '5:30'); $_ } }
        @{ From = 'a column with a space'; Convert = { $_ | Select-Object TenantId, UserId, ThreadId, @{ n = 'Last Seen'; e = { $_.LastSeen } } } }
        @{ From = 'a list of external users beside it'; Convert = { $_ | Select-Object *, @{ n = 'ExternalUser'; e = { 'a@b.example; c@d.example' } } } }
    ) {
        $culture = [cultureinfo]::CurrentCulture
        $row = New-Target 1
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            foreach ($case in @{ Seen = 7140; Status = 'AlreadyRemoved' }, @{ Seen = 7260; Status = 'Removed' }) {
                $row = New-Target 1 | Add-Member LastSeen (New-Time $case.Seen) -PassThru
                $outcome = $row | ForEach-Object $Convert | Remove-ChatAccessForUser -JournalPath $journal
                $outcome.Status | Should -Be $case.Status -Because "it was seen at $($row.LastSeen)"
            }
        } finally {
            [cultureinfo]::CurrentCulture = $culture
        }
    }

    It 'accepts LastSeen as a parameter' {
        $removal = @{ TenantId = $target.TenantId; UserId = $target.UserId; ThreadId = $target.ThreadId; JournalPath = $journal }
        (Remove-ChatAccessForUser @removal -LastSeen (New-Time 60)).Status | Should -Be 'AlreadyRemoved'
        (Remove-ChatAccessForUser @removal -LastSeen ([datetime]::UtcNow.AddSeconds(7260))).Status | Should -Be 'Removed'
        (New-Target 1 | Remove-ChatAccessForUser -LastSeen ([datetimeoffset]::Now.AddSeconds(7320)) -JournalPath $journal).TimesReturned | Should -Be 2
    }

    It 'uses the LastSeen of Find-ChatAccess' {
        $message = @{
            Timestamp = New-Time 7300; TeamsMessageId = 'm'; ThreadId = $target.ThreadId; IsExternalThread = $true
            SenderEmailAddress = 'eve@evil.example'; SenderObjectId = 'e0e0e0e0-0000-4000-8000-000000000001'
            RecipientDetails = @(@{ RecipientSmtpAddress = 'ann@contoso.com'; RecipientObjectId = $User })
        }
        $found = $message | ConvertTo-Json -Depth 5 | Find-ChatAccess -TenantId $Tenant -InternalDomain contoso.com
        $found.UserId | Should -Be $User
        $outcome = $found | Remove-ChatAccessForUser -JournalPath $journal
        $outcome.TimesReturned | Should -Be 1
        $outcome.ExternalUser | Should -Be 'eve@evil.example'
    }

    It 'refuses the LastSeen <Text> and sends nothing for it' -ForEach @(
        @{ Text = '08/31/2026 10:18:39' }, @{ Text = '31.08.2026 10:18' }, @{ Text = 'yesterday' }
        @{ Text = [datetime] '2026-08-31T10:18:39' }
    ) {
        $rows = (New-Target 2 | Add-Member LastSeen $Text -PassThru), (New-Target 3)
        $rows | Remove-ChatAccessForUser -WhatIf -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -Be 'RemovalInvalid,Remove-ChatAccessForUser'
        $outcomes = $rows | Remove-ChatAccessForUser -JournalPath $journal -ErrorVariable failed -ErrorAction SilentlyContinue
        ($outcomes | Sort-Object Number).Status | Should -Be 'Invalid', 'Removed'
        $failed[0].Exception.Message | Should -Match "^LastSeen '.+' can't be used\. Use a time with its zone, such as 2026-08-31T10:18:39Z\.$"
        (Get-SandboxRequest).Count | Should -Be 2
    }

    It 'sends all with -Force' {
        $outcomes = (New-Target 1), (New-Target 1) | Remove-ChatAccessForUser -JournalPath $journal -Force
        $outcomes.Status | Should -Be 'Removed', 'Removed'
        $outcomes.TimesReturned | Should -Be 0, 0
        $outcomes[0].PreviouslyRemoved | Should -Be $first.Completed
        (Get-SandboxRequest).Count | Should -Be 3
    }
}
