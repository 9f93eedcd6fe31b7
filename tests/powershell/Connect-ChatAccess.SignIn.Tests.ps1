BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Set-Entra {
        param([hashtable] $Settings = @{})
        $null = Invoke-Sandbox entra -Body $Settings
    }
}

Describe 'Connect-ChatAccess sign-in' {
    AfterEach {
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'shows the device code as an information record and signs in' {
        Connect-ByDeviceCode
        $shown = InModuleScope ChatAccess { $script:Shown }
        "$($shown.MessageData)" | Should -Match 'enter the code [0-9A-F]{9}'
        $context = Get-ChatAccessContext
        $context.TokenSource | Should -Be 'DeviceCode'
        $context.Account | Should -Be 'admin@contoso.example'
        $context.Renews | Should -BeTrue
        $context.TenantId | Should -Be $Tenant
    }

    It 'opens the browser and signs in after the user consents' {
        InModuleScope ChatAccess -Parameters @{ Endpoints = $Endpoints } {
            Initialize-ChatAccess
            Mock Get-NonInteractiveReason { }
            Mock Test-Desktop { $true }
            Mock Open-Browser {
                # The sandbox consents for the user and redirects to the loopback address.
                $script:Page = Start-ThreadJob -ArgumentList $Address { Invoke-WebRequest $args[0] -UseBasicParsing }
                # Other users of the computer can read the arguments of the browser's process.
                $Address | Should -Match 'code_challenge_method=S256'
                $Address | Should -Not -Match 'code_verifier|_token|0\.A'
                $true
            }
            Connect-ChatAccess @Endpoints 6> $null
            Get-ChatAccessContext | ForEach-Object TokenSource | Should -Be 'Browser'
            ($script:Page | Receive-Job -Wait -AutoRemoveJob).Content | Should -Match 'You can close this page'
        }
    }

    It 'stops at once when the pipeline is stopped, and sends no more requests to Entra' {
        Set-Entra @{ pending_polls = 1000 }
        $already = (Invoke-Sandbox entra).device_codes
        $shell = [powershell]::Create()
        $null = $shell.AddScript(@"
Import-Module '$ModulePath'
& (Get-Module ChatAccess) { Initialize-ChatAccess; function script:Get-NonInteractiveReason { } }
Connect-ChatAccess -UseDeviceCode -GraphEndpoint $Sandbox -AuthorityHost $Sandbox
"@)
        $running = $shell.BeginInvoke()
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while ((Invoke-Sandbox entra).device_codes -eq $already -and $watch.Elapsed.TotalSeconds -lt 30) {
            Start-Sleep -Milliseconds 50
        }
        $watch.Restart()
        $shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 2
        $running.IsCompleted | Should -BeTrue
        $shell.Dispose()
        $polls = (Invoke-Sandbox entra).refused
        Start-Sleep -Seconds 2
        (Invoke-Sandbox entra).refused | Should -Be $polls
    }

    It 'shows the address if no browser can be opened' {
        InModuleScope ChatAccess -Parameters @{ Endpoints = $Endpoints } {
            Initialize-ChatAccess
            Mock Get-NonInteractiveReason { }
            Mock Test-Desktop { $true }
            Mock Open-Browser {
                $script:Page = Start-ThreadJob -ArgumentList $Address { Invoke-WebRequest $args[0] -UseBasicParsing }
                $false
            }
            Connect-ChatAccess @Endpoints -InformationVariable shown 6> $null
            $null = $script:Page | Receive-Job -Wait -AutoRemoveJob
            "$($shown.MessageData)" | Should -Match ([regex]::Escape("$($Endpoints.AuthorityHost)/organizations/oauth2/v2.0/authorize?"))
        }
    }

    It 'signs in with a refresh token, without a user' {
        Connect-ByDeviceCode
        $token = Export-ChatAccessToken
        Disconnect-ChatAccess
        Connect-ChatAccess -RefreshToken $token @Endpoints
        (Get-ChatAccessContext).TokenSource | Should -Be 'RefreshToken'
        { New-Target 1 | Remove-ChatAccessForUser @Fast } | Should -Not -Throw
        (Invoke-Sandbox applied).applied.Count | Should -Be 1
    }

    It 'fails at once where interactive sign-in is not possible: <Why>' -ForEach @(
        @{ Why = 'an Azure Automation job'; Script = '$env:AUTOMATION_ASSET_ACCOUNTID = 1'; Says = 'Azure Automation' }
        @{ Why = 'a session with -NonInteractive'; Script = ''; Says = 'NonInteractive' }
    ) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        foreach ($how in '', '-UseDeviceCode') {
            $run = Invoke-FreshPowerShell @"
$Script
Import-Module '$ModulePath'
try { Connect-ChatAccess $how -GraphEndpoint $Sandbox -AuthorityHost $Sandbox } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message; `$_.ErrorDetails.RecommendedAction }
"@
            $run.Output | Should -Match 'NobodyToSignIn,Connect-ChatAccess'
            $run.Output | Should -Match $Says
            $run.Output | Should -Match 'RefreshToken'
            $run.Output | Should -Not -Match '-UseDeviceCode'
        }
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 30
    }

    It 'shows a device code wherever text reaches a person, and names -UseDeviceCode otherwise: <Name>' -ForEach @(
        @{ Name = 'a session of remoting'; HostName = 'ServerRemoteHost' }
        @{ Name = 'a session without a console'; HostName = 'Default Host' }
    ) {
        InModuleScope ChatAccess -Parameters @{ HostName = $HostName } {
            Initialize-ChatAccess
            # The test process was started with -NonInteractive, which its arguments show.
            $reason = ${function:Get-NonInteractiveReason}.ToString().Replace('[Environment]::GetCommandLineArgs()', "'pwsh'").Replace('$Host.Name', "'$HostName'")
            $reason | Should -Not -BeLike '*GetCommandLineArgs*'
            Mock Get-NonInteractiveReason ([scriptblock]::Create($reason.Substring($reason.IndexOf('if ($env:'))))
            Get-SignInMethod -UseDeviceCode | Should -Be 'device_code'
            $failed = { Get-SignInMethod } | Should -Throw -PassThru
            $failed.Exception.Message | Should -BeLike "*$HostName*"
            $failed.ErrorDetails.RecommendedAction | Should -BeLike 'If you see the output of this session, use -UseDeviceCode.*-RefreshToken*'
        }
    }

    It 'reports AADSTS<Code> with its meaning, the next step and the correlation id' -ForEach @(
        @{ Code = 65001; Name = 'invalid_grant'; Id = 'ConsentNeeded'; Says = 'consent' }
        @{ Code = 90094; Name = 'invalid_grant'; Id = 'AdminConsentNeeded'; Says = 'administrator' }
        @{ Code = 50076; Name = 'interaction_required'; Id = 'MfaNeeded'; Says = 'Multifactor' }
        @{ Code = 53003; Name = 'invalid_grant'; Id = 'BlockedByPolicy'; Says = 'Conditional Access' }
        @{ Code = 90002; Name = 'invalid_request'; Id = 'TenantNotFound'; Says = 'tenant doesn''t exist' }
        @{ Code = 700016; Name = 'unauthorized_client'; Id = 'AppNotFound'; Says = 'ClientId' }
        @{ Code = 7000218; Name = 'invalid_client'; Id = 'NotPublicClient'; Says = 'public client' }
        @{ Code = 700082; Name = 'invalid_grant'; Id = 'RefreshTokenExpired'; Says = 'expired' }
        @{ Code = 50173; Name = 'invalid_grant'; Id = 'RefreshTokenRevoked'; Says = 'revoked' }
        @{ Code = 65002; Name = 'invalid_client'; Id = 'NotPreauthorized'; Says = "Microsoft's own" }
    ) {
        Set-Entra @{ refusals = @(@{ on = 'refresh_token'; code = $Code; error = $Name }) }
        $secret = ConvertTo-SecureString '0.AbCd' -AsPlainText -Force
        $failed = { Connect-ChatAccess -RefreshToken $secret @Endpoints } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -Be "SignIn$Id,Connect-ChatAccess"
        $failed.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $failed.Exception.Message | Should -Match "AADSTS$Code, correlation id [0-9a-f-]{36}"
        $failed.Exception.Message | Should -Match $Says
        $failed.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $failed.TargetObject.Code | Should -Be "AADSTS$Code"
        "$failed $($failed.TargetObject)" | Should -Not -Match '0\.AbCd'
    }

    It 'rejects a token of a tenant other than -TenantId' {
        $other = '11111111-2222-4333-8444-555555555555'
        $failed = { Connect-ChatAccess -AccessToken (New-SecureToken) -TenantId $other -GraphEndpoint $Sandbox } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -Be 'InvalidTenantId,Connect-ChatAccess'
        $failed.Exception.Message | Should -Match $Tenant
        Set-Entra @{ claims = @{ tid = $other } }
        $failed = { Connect-ByDeviceCode @{ TenantId = $Tenant } } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -Match '^SignInWrongTenant,'
    }

    It 'rejects <Name> before it sends a request' -ForEach @(
        @{ Name = 'a tenant that changes the path'; With = @{ TenantId = '../evil' }; Id = 'InvalidTenantId' }
        @{ Name = 'a client id that is not a GUID'; With = @{ ClientId = 'app' }; Id = 'InvalidClientId' }
        @{ Name = 'a permission with a space'; With = @{ Scope = 'a b' }; Id = 'InvalidScope' }
        @{ Name = 'http with an address other than loopback'; With = @{ AuthorityHost = 'http://login.example.test' }; Id = 'InvalidAuthorityHost' }
    ) {
        $secret = ConvertTo-SecureString '0.AbCd' -AsPlainText -Force
        $failed = { Connect-ChatAccess -RefreshToken $secret @With } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -Be "$Id,Connect-ChatAccess"
    }

    It 'uses the token of a connected Microsoft.Graph session' {
        $token = New-Token
        New-Module -Name Microsoft.Graph.Authentication -ArgumentList $token {
            param($token)
            function Get-MgContext { [pscustomobject] @{ Account = 'admin@contoso.example' } }
            function Invoke-MgGraphRequest {
                $request = [Net.Http.HttpRequestMessage]::new('GET', 'https://graph.microsoft.com/v1.0/me')
                $request.Headers.Authorization = [Net.Http.Headers.AuthenticationHeaderValue]::new('Bearer', $token)
                [Net.Http.HttpResponseMessage] @{ RequestMessage = $request }
            }
        } | Import-Module -Global
        try {
            Connect-ChatAccess -UseMgGraphSession -GraphEndpoint $Sandbox
            (Get-ChatAccessContext).Account | Should -Be 'admin@contoso.example'
        } finally {
            Remove-Module Microsoft.Graph.Authentication
        }
        { Connect-ChatAccess -UseMgGraphSession } | Should -Throw -ErrorId 'MgGraphNotConnected,Connect-ChatAccess'
    }

    It 'renews a token that expires during a run' {
        Set-Entra @{ claims = @{ expires_in = 2 } }
        Connect-ByDeviceCode
        $outcomes = 1..30 | ForEach-Object { Start-Sleep -Milliseconds 100; New-Target $_ } | Remove-ChatAccessForUser @Fast
        ($outcomes.Status | Sort-Object -Unique) | Should -Be 'Removed'
        (Invoke-Sandbox entra).tokens.refresh_token | Should -BeGreaterThan 0
    }

    It 'writes no secret to any stream or to the journal' {
        Connect-ByDeviceCode
        $refresh = Get-PlainText (Export-ChatAccessToken)
        Disconnect-ChatAccess
        $DebugPreference = $VerbosePreference = $InformationPreference = 'Continue'
        $secret = ConvertTo-SecureString $refresh -AsPlainText -Force
        $journal = Join-Path $TestDrive 'journal.jsonl'
        $shown = & {
            Connect-ChatAccess -RefreshToken $secret @Endpoints -Verbose
            New-Target 7 | Remove-ChatAccessForUser @Fast -JournalPath $journal -Verbose
            Get-ChatAccessContext | Format-List *
        } *>&1 | Out-String -Width 4000
        $rotated = Get-PlainText (Export-ChatAccessToken)
        $rotated | Should -Not -Be $refresh
        $shown += Get-Content $journal -Raw
        $shown += $Error | Out-String -Width 4000
        foreach ($part in $refresh, $rotated, 'eyJ') {
            $shown | Should -Not -Match ([regex]::Escape($part))
        }
    }
}
