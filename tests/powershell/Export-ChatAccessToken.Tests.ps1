BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Export-ChatAccessToken' {
    AfterEach {
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'returns a SecureString that can be used to sign in' {
        Connect-ByDeviceCode
        $token = Export-ChatAccessToken
        $token | Should -BeOfType [securestring]
        $token.IsReadOnly() | Should -BeTrue
        Get-PlainText $token | Should -Match '^0\.A'
        Connect-ChatAccess -RefreshToken $token @Endpoints
        Get-PlainText (Export-ChatAccessToken) | Should -Not -Be (Get-PlainText $token)
    }

    It 'uses the account from -PassThru' {
        Connect-ByDeviceCode
        $other = Connect-ChatAccess -RefreshToken (Export-ChatAccessToken) @Endpoints -PassThru
        Get-PlainText (Export-ChatAccessToken -Context $other) | Should -Not -Be (Get-PlainText (Export-ChatAccessToken))
        $other | Disconnect-ChatAccess
    }

    It 'fails for an account that was connected with an access token' {
        Connect-Sandbox
        { Export-ChatAccessToken } | Should -Throw -ErrorId 'NoRefreshToken,Export-ChatAccessToken'
    }

    It 'fails if no account is connected' {
        { Export-ChatAccessToken } | Should -Throw -ErrorId 'NotConnected,Export-ChatAccessToken'
    }
}

Describe 'examples/runbook.ps1' {
    It 'sends the removals of a table without a user and stores the new token' {
        Connect-ByDeviceCode
        $stored = Get-PlainText (Export-ChatAccessToken)
        Disconnect-ChatAccess
        $run = Invoke-FreshPowerShell @"
`$env:AUTOMATION_ASSET_ACCOUNTID = 1
Import-Module '$ModulePath'
`$global:Stored = '$stored'
function Get-AutomationVariable { param(`$Name) `$global:Stored }
function Set-AutomationVariable { param(`$Name, `$Value) `$global:Stored = `$Value; "stored `$Name" }
`$csv = Join-Path ([IO.Path]::GetTempPath()) 'targets-$PID.csv'
'TenantId,UserId,ThreadId', '$Tenant,$User,$Chat' | Set-Content `$csv
& '$PSScriptRoot/../../examples/runbook.ps1' -TargetPath `$csv -GraphEndpoint $Sandbox -AuthorityHost $Sandbox
"new token: `$(`$global:Stored -ne '$stored')"
Remove-Item `$csv
"@
        $run.Output | Should -Match 'Removed'
        $run.Output | Should -Match 'new token: True'
        $run.Output | Should -Not -Match ([regex]::Escape($stored))
        (Invoke-Sandbox applied).applied.thread | Should -Be $Chat
        Reset-Sandbox
    }
}
