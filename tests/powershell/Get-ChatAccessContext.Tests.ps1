BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Get-ChatAccessContext' {
    AfterEach {
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'returns nothing when no account is connected' {
        Get-ChatAccessContext | Should -BeNullOrEmpty
    }

    It 'returns nothing after a sign-in that failed' {
        { Connect-ChatAccess -AccessToken (New-SecureToken) -Environment Mars } | Should -Throw
        Get-ChatAccessContext | Should -BeNullOrEmpty
    }

    It 'returns the claims of the token, the endpoints and how the account signed in' {
        $claims = @{
            upn = 'ann@contoso.example'; oid = 'aaaaaaaa-0000-4000-8000-00000000000a'; scp = 'Chat.ReadWrite.All User.Read'
            appid = 'cccccccc-0000-4000-8000-00000000000c'; app_displayname = 'Chat cleanup'; expires_in = 600
        }
        Connect-ChatAccess -AccessToken (New-SecureToken $claims) -GraphEndpoint $Sandbox -AuthorityHost $Sandbox
        $context = Get-ChatAccessContext
        $context.PSTypeNames[0] | Should -Be 'ChatAccess.Context'
        $context.Account | Should -Be 'ann@contoso.example'
        $context.TenantId | Should -Be $Tenant
        $context.UserId | Should -Be $claims.oid
        $context.ClientId | Should -Be $claims.appid
        $context.AppName | Should -Be 'Chat cleanup'
        $context.Scopes | Should -Be 'Chat.ReadWrite.All', 'User.Read'
        $context.AuthType | Should -Be 'Delegated'
        $context.TokenSource | Should -Be 'AccessToken'
        $context.Renews | Should -BeFalse
        $context.ExpiresOn.Kind | Should -Be 'Utc'
        ($context.ExpiresOn - [datetime]::UtcNow).TotalSeconds | Should -BeGreaterThan 500 -Because 'the token is valid for 600 seconds'
        ($context.ExpiresOn - [datetime]::UtcNow).TotalSeconds | Should -BeLessOrEqual 600
        $context.Environment | Should -Be 'Custom'
        $context.GraphEndpoint | Should -Be $Sandbox
        $context.AuthorityHost | Should -Be $Sandbox
        $context.Handle | Should -BeGreaterThan 0
    }

    It 'reports a token of an application as such' {
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = $null; idtyp = 'app'; roles = @('Chat.ReadBasic.All') }) -GraphEndpoint $Sandbox
        (Get-ChatAccessContext).AuthType | Should -Be 'AppOnly'
    }

    It 'describes the renewed token after the first one has expired' {
        $null = Invoke-Sandbox entra -Body @{ claims = @{ expires_in = 2 } }
        Connect-ByDeviceCode
        $first = Get-ChatAccessContext
        $first.Renews | Should -BeTrue
        $null = Invoke-Sandbox entra -Body @{ claims = @{ expires_in = 3600 } }
        Start-Sleep -Seconds 2
        (New-Target 1 | Remove-ChatAccessForUser @Fast).Status | Should -Be 'Removed'
        (Get-ChatAccessContext).ExpiresOn | Should -BeGreaterThan $first.ExpiresOn.AddMinutes(30)
    }

    It 'leaves the handle out of the default view' {
        Connect-Sandbox
        $shown = Get-ChatAccessContext | Out-String
        $shown | Should -Match 'Account +: admin@contoso\.example'
        $shown | Should -Not -Match 'Handle'
    }

    It 'contains no part of the token' {
        $token = New-Token
        Connect-ChatAccess -AccessToken (ConvertTo-SecureString $token -AsPlainText -Force) -GraphEndpoint $Sandbox
        $shown = Get-ChatAccessContext | Format-List * -Force | Out-String -Width 4000
        $shown += Get-ChatAccessContext | ConvertTo-Json -Depth 9
        foreach ($part in $token -split '\.') {
            $shown | Should -Not -Match ([regex]::Escape($part.Substring(0, 20)))
        }
    }

    It 'is the only account that <Command> accepts: an object of the same name and content is refused' -ForEach @(
        @{ Command = 'Export-ChatAccessToken'; Script = { Export-ChatAccessToken -Context $args[0] } }
        @{ Command = 'Disconnect-ChatAccess'; Script = { Disconnect-ChatAccess -Context $args[0] } }
        @{ Command = 'Remove-ChatAccessForUser'; Script = { New-Target 1 | Remove-ChatAccessForUser -Context $args[0] } }
        @{ Command = 'Find-ChatAccess'; Script = { Find-ChatAccess -ResolveUser -Path $PSCommandPath -Context $args[0] } }
    ) {
        Connect-Sandbox
        $real = Get-ChatAccessContext
        $copy = [pscustomobject] @{ PSTypeName = 'ChatAccess.Context'; Handle = $real.Handle; TenantId = $real.TenantId; Account = $real.Account }
        { & $Script $copy } | Should -Throw -ErrorId "InvalidContext,$Command" -ExpectedMessage '*is not an account of Connect-ChatAccess*'
        { New-Object ChatAccess.Context } | Should -Throw
        { [ChatAccess.Context]::new() } | Should -Throw
        (Get-SandboxRequest).Count | Should -Be 0
        (New-Target 1 | Remove-ChatAccessForUser -Context $real).Status | Should -Be 'Removed' -Because 'the account itself is still connected'
    }

    It 'is accepted in another runspace that it is passed to' {
        Connect-Sandbox
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript({
                    Import-Module $args[0]
                    $args[1] | Remove-ChatAccessForUser -Context $args[2]
                }).AddArgument((Get-Module ChatAccess).Path.Replace('.psm1', '.psd1')).AddArgument((New-Target 1)).AddArgument((Get-ChatAccessContext))
            $outcome = $shell.Invoke()
            "$($shell.Streams.Error)" | Should -BeNullOrEmpty
            $outcome.Status | Should -Be 'Removed'
        } finally {
            $shell.Dispose()
        }
    }
}
