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
