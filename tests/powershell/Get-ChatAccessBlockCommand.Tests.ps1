BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function New-Found {
        param([string[]] $User, [string[]] $Domain, [string] $Own = 'ann@contoso.com', [string] $Unresolved)
        [pscustomobject] @{
            UserId = 'd864e79f-0000-4000-8000-0eeb4d61fdc2'; UserPrincipalName = $Own
            ExternalUser = $User; ExternalDomain = $Domain; Unresolved = $Unresolved
        }
    }
}

Describe 'Get-ChatAccessBlockCommand' {
    It 'returns each way with the values of all targets' {
        $ways = (New-Found eve@evil.example evil.example), (New-Found 'Eve@evil.example', 'mal@bad.example' 'evil.example', 'bad.example') | Get-ChatAccessBlockCommand
        $ways.Way | Should -Be 'User', 'Domain', 'AllowBlockList'
        $ways.ValueCount | Should -Be 2, 2, 4
        $ways[0].PSObject.TypeNames[0] | Should -Be 'ChatAccess.BlockCommand'
        $ways[0].Command | Should -Be "Set-CsTeamsExternalAccessConfiguration -Identity Global -BlockExternalAccessUserAccess `$true -BlockedUsers @('eve@evil.example', 'mal@bad.example')"
        ($ways[1].Command -split "`n").Count | Should -Be 2
        $ways[2].Command | Should -Be "bad.example`nevil.example`neve@evil.example`nmal@bad.example"
        $ways.Condition | ForEach-Object { $_ | Should -Match '^(Run|Paste) .+\.$' }
    }

    It 'parses as PowerShell with the values as they are, whatever external users choose' {
        $hostile = "o'hara@evil.example", "eve@evil.example'); Stop-Process -Id 1 #", "a`nb@evil.example", '$(Get-Date)@evil.example', "a$([char] 0x2019)); calc@evil.example"
        $user = New-Found $hostile 'evil.example', "evil.example') }; calc #" | Get-ChatAccessBlockCommand | Where-Object Way -EQ User
        $errors = $null
        $tree = [Management.Automation.Language.Parser]::ParseInput($user.Command, [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true).Count | Should -Be 1
        $texts = $tree.FindAll({ $args[0] -is [Management.Automation.Language.StringConstantExpressionAst] -and $args[0].StringConstantType -eq 'SingleQuoted' }, $true)
        $texts.Value | Should -Be "o'hara@evil.example"
        $user.LeftOut.Count | Should -Be 4
    }

    It 'never blocks the domain of an own user' {
        $ways = New-Found 'eve@evil.example', 'x@contoso.com' 'evil.example', 'contoso.com' | Get-ChatAccessBlockCommand
        "$($ways.Command)" | Should -Not -Match 'contoso'
        $ways[1].LeftOut | Should -Be 'contoso.com'
        # The user of an unresolved target may be external.
        $unknown = New-Found 'eve@evil.example' 'evil.example' -Own 'eve@evil.example' -Unresolved 'UnknownSide' | Get-ChatAccessBlockCommand
        $unknown[1].ValueCount | Should -Be 1
    }

    It 'reads a table, outcomes and targets of Find-ChatAccess' {
        $message = @{
            Timestamp = '2026-08-31T10:20:00Z'; TeamsMessageId = 'm'; ThreadId = $Chat; IsExternalThread = $true
            SenderEmailAddress = 'eve@evil.example'; SenderObjectId = 'e0e0e0e0-0000-4000-8000-000000000001'
            SenderDisplayName = "IT Help Desk$([char] 0x202E)"
            RecipientDetails = @(@{ RecipientSmtpAddress = 'ann@contoso.com'; RecipientObjectId = $User; RecipientDisplayName = 'Ann' }, @{ RecipientSmtpAddress = 'mal@bad.example' })
        }
        $found = $message | ConvertTo-Json -Depth 5 | Find-ChatAccess -TenantId $Tenant -InternalDomain contoso.com -WarningAction SilentlyContinue
        $found.ExternalName | Should -Be "IT Help Desk$([char] 0xFFFD)"
        $expected = ($found | Get-ChatAccessBlockCommand).Command
        $expected[0] | Should -BeLike "*@('eve@evil.example', 'mal@bad.example')"
        ($found | ConvertTo-Csv | ConvertFrom-Csv | Get-ChatAccessBlockCommand).Command | Should -Be $expected
        (, @($found, $found) | Get-ChatAccessBlockCommand).Command | Should -Be $expected
    }

    It 'returns commands for thousands of users' {
        $many = 1..3000 | ForEach-Object { "user$_@evil.example" }
        $way = New-Found $many 'evil.example' | Get-ChatAccessBlockCommand | Where-Object Way -EQ User
        $way.ValueCount | Should -Be 3000
        $way.Command.Length | Should -BeGreaterThan 64KB
    }

    It 'says that there is nothing to block' {
        New-Found @() @() | Get-ChatAccessBlockCommand -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -Match 'nothing to block'
        $null | Get-ChatAccessBlockCommand -WarningAction SilentlyContinue | Should -BeNullOrEmpty
    }
}
