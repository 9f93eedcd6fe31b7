BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/records.ps1"

    # A message from the external user to the user with this number, an hour ago.
    function New-Message {
        param([int] $Number)
        @{
            Timestamp          = [datetime]::UtcNow.AddHours(-1).ToString('o'); TeamsMessageId = "$Number"; IsExternalThread = $true
            SenderEmailAddress = 'eve@evil.example'; SenderObjectId = $eve; ThreadId = '19:{0:x32}@thread.v2' -f $Number
            RecipientDetails   = @(@{ RecipientSmtpAddress = "user$Number@contoso.com"; RecipientObjectId = New-UserId $Number })
        }
    }

    function New-Chat {
        param([int] $Number)
        @{
            id      = '19:{0:x32}@thread.v2' -f $Number; chatType = 'group'; tenantId = $homeTenant; createdDateTime = '2026-08-30T00:00:00Z'
            members = @(
                @{ '@odata.type' = '#microsoft.graph.aadUserConversationMember'; userId = New-UserId $Number; email = $null; tenantId = $homeTenant }
                @{ '@odata.type' = '#microsoft.graph.aadUserConversationMember'; userId = $eve; email = $null; tenantId = $away })
        }
    }

    function Connect-Searcher {
        $scopes = 'Chat.ReadWrite.All AuditLogsQuery.Read.All ThreatHunting.Read.All'
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = $scopes }) -GraphEndpoint $Sandbox
    }

    function New-DiscoveryToken {
        New-SecureToken @{ scp = $null; idtyp = 'app'; roles = @('Chat.ReadBasic.All') }
    }

    $day = @{ StartDate = [datetime] '2026-08-31T00:00:00Z'; EndDate = [datetime] '2026-09-01T00:00:00Z' }
}

Describe 'Find-ChatAccess with queries to Microsoft Graph' {
    BeforeEach {
        Reset-Sandbox
        Connect-Searcher
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'queries the audit log for a time span, and its targets can be removed' {
        $null = Invoke-Sandbox audit_log -Body @{ records = @((New-Record 1), (New-Record 2)); polls = 0 }
        $outcomes = Find-ChatAccess @day -UserPrincipalName 'user1@*' | Remove-ChatAccessForUser @Fast
        $outcomes.Status | Should -Be 'Removed'
        $outcomes.UserId | Should -Be (New-UserId 1)
        $query = (Invoke-Sandbox requests).requests | Where-Object { $_.method -eq 'POST' -and $_.target -match 'auditLog' }
        $sent = $query.body | ConvertFrom-Json
        ([datetime] $sent.filterStartDateTime).ToUniversalTime() | Should -Be $day.StartDate.ToUniversalTime()
        $sent.recordTypeFilters | Should -Be 'microsoftTeams'
    }

    It 'queries Defender, by default for the last 30 days' {
        $null = Invoke-Sandbox hunting -Body @{ tables = @{ MessageEvents = @((New-Message 1), (New-Message 2)); CloudAppEvents = @() } }
        $found = Find-ChatAccess -Hunting -InternalDomain contoso.com -WarningVariable warned
        $found.UserId | Should -Be (New-UserId 1), (New-UserId 2)
        $found[0].TenantId | Should -Be $homeTenant
        $found[0].Source | Should -Be 'MessageEvents'
        $warned | Should -BeNullOrEmpty
        @((Invoke-Sandbox requests).requests | Where-Object target -Match 'auditLog') | Should -BeNullOrEmpty
        (Find-ChatAccess -Hunting -InternalDomain contoso.com -StartDate (Get-Date).AddMinutes(-5)) | Should -BeNullOrEmpty
    }

    It 'lists the chats of the named users with the discovery token' {
        $null = Invoke-Sandbox chats -Body @{ chats = @((New-Chat 1), (New-Chat 2)) }
        $found = Find-ChatAccess -DiscoveryToken (New-DiscoveryToken) -UserPrincipalName (New-UserId 1)
        $found.UserId | Should -Be (New-UserId 1)
        $found.FoundBy | Should -Be 'ChatMember'
        $found.ExternalTenantId | Should -Be $away
        ($found | Remove-ChatAccessForUser @Fast).Status | Should -Be 'Removed'
    }

    It 'combines files, records and all queries in one call' {
        $null = Invoke-Sandbox audit_log -Body @{ records = @((New-Record 1)); polls = 0 }
        $null = Invoke-Sandbox hunting -Body @{ tables = @{ MessageEvents = @((New-Message 2)); CloudAppEvents = @() } }
        $null = Invoke-Sandbox chats -Body @{ chats = @((New-Chat 2), (New-Chat 3)) }
        $online = @{ AuditLog = $true; Hunting = $true; DiscoveryToken = New-DiscoveryToken; UserPrincipalName = @(1, 2, 4 | ForEach-Object { New-UserId $_ }) }
        $file = Join-Path $TestDrive 'records.json'
        New-Record 4 | ConvertTo-Json -Depth 9 | Set-Content -LiteralPath $file
        $found = Find-ChatAccess $file @online -WarningAction SilentlyContinue -WarningVariable warned
        "$warned" | Should -BeLike "*no user $(New-UserId 1)*"
        $found.UserId | Sort-Object | Should -Be (New-UserId 1), (New-UserId 2), (New-UserId 4)
        $both = $found | Where-Object UserId -EQ (New-UserId 2)
        $both.Source | Should -Be 'MessageEvents', 'Chats'
        $piped = New-Record 4 | ConvertTo-Json -Depth 9 | Find-ChatAccess @online -WarningAction SilentlyContinue
        $piped.UserId | Sort-Object | Should -Be (New-UserId 1), (New-UserId 2), (New-UserId 4)
    }

    It 'reports the missing permission of a query that is denied, and returns the targets of the others' {
        Connect-ChatAccess -AccessToken (New-SecureToken) -GraphEndpoint $Sandbox
        $null = Invoke-Sandbox chats -Body @{ chats = @((New-Chat 1)) }
        $found = Find-ChatAccess -Hunting -DiscoveryToken (New-DiscoveryToken) -UserPrincipalName (New-UserId 1) -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.UserId | Should -Be (New-UserId 1)
        $failed.FullyQualifiedErrorId | Should -Be 'HuntingDenied,Find-ChatAccess'
        $failed[0].CategoryInfo.Category | Should -Be 'PermissionDenied'
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike '*ThreatHunting.Read.All*'
    }

    It 'stops a query that does not end when the pipeline is stopped' {
        $null = Invoke-Sandbox audit_log -Body @{ outcome = 'running' }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$ModulePath'; Connect-ChatAccess -AccessToken `$args[0] -GraphEndpoint '$Sandbox'; Find-ChatAccess -StartDate 2026-08-31").AddArgument(
            (New-SecureToken @{ scp = 'AuditLogsQuery.Read.All' }))
        $running = $shell.BeginInvoke()
        while (@((Invoke-Sandbox requests).requests | Where-Object method -EQ 'GET').Count -lt 2 -and $watch.Elapsed.TotalSeconds -lt 30) {
            Start-Sleep -Milliseconds 50
        }
        $stopping = [Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $stopping.Elapsed.TotalSeconds | Should -BeLessThan 2
        $running.IsCompleted | Should -BeTrue
        $asked = @((Invoke-Sandbox requests).requests).Count
        $asked | Should -BeGreaterThan 2
        Start-Sleep -Milliseconds 1500
        @((Invoke-Sandbox requests).requests).Count | Should -Be $asked
        $shell.Dispose()
    }

    It 'writes the discovery token to no stream' {
        Set-SandboxFault @{ fault = @{ kind = 'status'; code = 403; graph_code = 'Forbidden'; message = 'No.' } }
        $token = New-Token @{ scp = $null; idtyp = 'app'; roles = @('Chat.ReadBasic.All') }
        $secret = ConvertTo-SecureString $token -AsPlainText -Force
        $shown = Find-ChatAccess -DiscoveryToken $secret -UserPrincipalName ann@contoso.com -Verbose -Debug -ErrorAction Continue *>&1 | Out-String
        $shown | Should -BeLike '*Chat.ReadBasic.All*'
        $shown | Should -Not -BeLike "*$token*"
    }
}

Describe 'Find-ChatAccess with queries that it can not send' {
    BeforeEach {
        Reset-Sandbox
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'needs a connected account for -<Name>' -ForEach @(
        @{ Name = 'StartDate'; Value = [datetime] '2026-08-31' }
        @{ Name = 'AuditLog'; Value = $true }
        @{ Name = 'Hunting'; Value = $true }
    ) {
        $asked = @{ $Name = $Value }
        { Find-ChatAccess @asked } | Should -Throw -ErrorId 'NotConnected,Find-ChatAccess'
    }

    It 'fails if there is nothing to search' {
        { Find-ChatAccess } | Should -Throw -ErrorId 'NothingToSearch,Find-ChatAccess'
        { Find-ChatAccess -TenantId $Tenant } | Should -Throw -ErrorId 'NothingToSearch,Find-ChatAccess'
    }

    It 'needs names without wildcards and the token of an application for -DiscoveryToken' {
        Connect-Searcher
        { Find-ChatAccess -DiscoveryToken (New-DiscoveryToken) } | Should -Throw -ErrorId 'InvalidUserPrincipalName,Find-ChatAccess'
        { Find-ChatAccess -DiscoveryToken (New-DiscoveryToken) -UserPrincipalName '*@contoso.com' } | Should -Throw -ErrorId 'InvalidUserPrincipalName,Find-ChatAccess'
        { Find-ChatAccess -DiscoveryToken (New-SecureToken) -UserPrincipalName ann@contoso.com } | Should -Throw -ErrorId 'InvalidDiscoveryToken,Find-ChatAccess' -ExpectedMessage '*application*'
    }

    It 'reports that the government clouds have no audit log query' {
        Connect-ChatAccess -AccessToken (New-SecureToken) -Environment USGov
        { Find-ChatAccess @day } | Should -Throw -ErrorId 'InvalidEnvironment,Find-ChatAccess' -ExpectedMessage '*Search-UnifiedAuditLog*'
    }

    It 'rejects an end date before the start date' {
        Connect-Searcher
        { Find-ChatAccess -StartDate 2026-09-01 -EndDate 2026-08-31 } | Should -Throw -ErrorId 'InvalidStartDate,Find-ChatAccess'
    }
}
