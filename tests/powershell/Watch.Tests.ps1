BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # As in Azure Automation.
    function global:Get-AutomationVariable { param([string] $Name) if ($Name) { $global:StoredToken } }
    function global:Set-AutomationVariable { param([string] $Name, [string] $Value) if ($Name) { $global:StoredToken = $Value } }

    # The service's clock is behind this computer's, and moves towards it.
    function Set-Hour {
        param([int] $Hour)
        $null = Invoke-Sandbox clock -Body @{ seconds_ahead = 3600 * ($Hour - 24) }
    }

    function Send-Message {
        param([int[]] $Number)
        $messages = foreach ($one in $Number) {
            @{
                ThreadId = (New-Target $one).ThreadId; IsExternalThread = $true; SenderDisplayName = 'IT Help Desk'
                SenderEmailAddress = 'eve@evil.example'; SenderObjectId = 'e0e0e0e0-0000-4000-8000-000000000001'
                RecipientDetails = @(@{ RecipientSmtpAddress = 'ann@contoso.com'; RecipientObjectId = $User })
            }
        }
        $null = Invoke-Sandbox messages -Body @{ messages = @($messages) }
    }

    function Invoke-Watch {
        & "$PSScriptRoot/../../examples/watch.ps1" -ExternalDomain evil.example -InternalDomain contoso.com -JournalPath $journal @Endpoints
    }

    function Get-Visible {
        @((Invoke-Sandbox applied).applied | Where-Object visible).Count
    }
}

AfterAll {
    Remove-Item function:global:Get-AutomationVariable, function:global:Set-AutomationVariable
    Remove-Variable StoredToken -Scope Global
    Reset-Sandbox
}

Describe 'examples/watch.ps1' {
    BeforeEach {
        Reset-Sandbox
        $null = Invoke-Sandbox hunting -Body @{ tables = @{ MessageEvents = @(); CloudAppEvents = @() } }
        # The rate of the service is not the subject.
        Connect-ByDeviceCode @{ Scope = 'Chat.ReadWrite.All', 'ThreatHunting.Read.All' }
        $global:StoredToken = Get-PlainText (Export-ChatAccessToken)
        Disconnect-ChatAccess
        $journal = Join-Path $TestDrive "$([guid]::NewGuid()).jsonl"
    }

    It 'removes what is new and what came back, once, and is quiet otherwise' {
        $first = $global:StoredToken
        Set-Hour 0
        Invoke-Watch | Should -BeNullOrEmpty
        Send-Message 1, 2
        Set-Hour 1
        $told = @(Invoke-Watch)
        $told.Status | Should -Be 'Removed', 'Removed'
        $told.TimesReturned | Should -Be 0, 0
        Set-Hour 2
        Invoke-Watch | Should -BeNullOrEmpty
        Send-Message 2
        Get-Visible | Should -Be 1
        Set-Hour 3
        $told = @(Invoke-Watch)
        $told.ThreadId | Should -Be (New-Target 2).ThreadId
        $told.TimesReturned | Should -Be 1
        $told.Message | Should -Match '^The chat had come back'
        Get-Visible | Should -Be 0
        Set-Hour 4
        Invoke-Watch | Should -BeNullOrEmpty
        Send-Message 1, 2, 3
        Set-Hour 5
        (Invoke-Watch | Sort-Object ThreadId).TimesReturned | Should -Be 1, 2, 0
        Set-Hour 6
        Invoke-Watch | Should -BeNullOrEmpty
        $stats = Invoke-Sandbox stats
        $stats.removed, $stats.removed_again, $stats.repeated | Should -Be 3, 3, 0
        $global:StoredToken | Should -Not -Be $first
    }

    It 'takes a record of the removal itself for no return' {
        Set-Hour 0
        Send-Message 1
        Set-Hour 1
        (Invoke-Watch).Status | Should -Be 'Removed'
        $record = @{
            Operation = 'MemberRemoved'; ChatThreadId = (New-Target 1).ThreadId; OrganizationId = $Tenant; UserType = 0
            CreationTime = [datetime]::UtcNow.AddHours(-22).ToString('s'); Id = [guid]::NewGuid(); UserKey = $User; UserId = 'ann@contoso.com'
            Members = @(@{ OrganizationId = $Tenant; UPN = 'ann@contoso.com' }, @{ OrganizationId = 'bbbbbbbb-0000-4000-8000-00000000000b'; UPN = 'eve@evil.example' })
            ParticipantInfo = @{ HasForeignTenantUsers = $true }
        }
        $message = @{ Timestamp = [datetime]::UtcNow.AddHours(-24).ToString('o'); TeamsMessageId = 'm'; ThreadId = (New-Target 1).ThreadId; IsExternalThread = $true
            SenderEmailAddress = 'eve@evil.example'; SenderObjectId = 'e0e0e0e0-0000-4000-8000-000000000001'
            RecipientDetails = @(@{ RecipientSmtpAddress = 'ann@contoso.com'; RecipientObjectId = $User }) }
        $event = @{ Timestamp = [datetime]::UtcNow.AddHours(-22).ToString('o'); ActionType = 'MemberRemoved'; Application = 'Microsoft Teams'; RawEventData = $record }
        $null = Invoke-Sandbox hunting -Body @{ tables = @{ MessageEvents = @($message); CloudAppEvents = @($event) } }
        Set-Hour 3
        Invoke-Watch | Should -BeNullOrEmpty
        (Get-SandboxRequest).Count | Should -Be 1
    }

    It 'tells of a failure, and removes it in the next hour' {
        Set-Hour 0
        Send-Message 1
        $null = Invoke-Sandbox chats -Body @{ forbidden = @((New-Target 1).ThreadId) }
        Set-Hour 1
        (Invoke-Watch 2> $null).Status | Should -Be 'Denied'
        $null = Invoke-Sandbox chats -Body @{}
        Set-Hour 2
        (Invoke-Watch).Status | Should -Be 'Removed'
        Send-Message 1
        $null = Invoke-Sandbox chats -Body @{ forbidden = @((New-Target 1).ThreadId) }
        Set-Hour 3
        $told = Invoke-Watch 2> $null
        $told.Status, $told.TimesReturned | Should -Be 'Denied', 1
        $null = Invoke-Sandbox chats -Body @{}
        Set-Hour 4
        $told = Invoke-Watch
        $told.Status, $told.TimesReturned | Should -Be 'Removed', 1
        Set-Hour 5
        Invoke-Watch | Should -BeNullOrEmpty
    }
}
