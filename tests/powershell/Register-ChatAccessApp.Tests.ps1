BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Connect-Registrar {
        param([string] $Scope = 'Application.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All')
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = $Scope }) -GraphEndpoint $Sandbox -AuthorityHost $Sandbox
    }
}

Describe 'Register-ChatAccessApp' {
    BeforeEach {
        Connect-Registrar
    }
    AfterEach {
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'creates the application of the sample script once and returns its id' {
        $app = Register-ChatAccessApp
        $app.Name | Should -Be 'RemoveAllAccessForUserApp'
        { [guid] $app.ClientId } | Should -Not -Throw
        $app.TenantId | Should -Be $Tenant
        $app.Changes | Should -Be 'Create', 'Enable'
        $again = Register-ChatAccessApp
        $again.ClientId | Should -Be $app.ClientId
        $again.Changes | Should -BeNullOrEmpty
    }

    It 'grants consent for <_> once' -ForEach 'Tenant', 'User' {
        (Register-ChatAccessApp -GrantConsent $_).Changes | Should -Contain 'Consent'
        (Register-ChatAccessApp -GrantConsent $_).Changes | Should -BeNullOrEmpty
    }

    It 'sends no changes with -WhatIf' {
        Register-ChatAccessApp 'Another name' -WhatIf | Should -BeNullOrEmpty
        (Invoke-Sandbox requests).requests.method | Sort-Object -Unique | Should -Be 'GET'
    }

    It 'returns an application that can be used to sign in' {
        $app = Register-ChatAccessApp
        InModuleScope ChatAccess -Parameters @{ Sandbox = $Sandbox; App = $app } {
            Mock Get-NonInteractiveReason { }
            Connect-ChatAccess -UseDeviceCode -ClientId $App.ClientId -TenantId $App.TenantId -GraphEndpoint $Sandbox -AuthorityHost $Sandbox 6> $null
        }
        (Get-ChatAccessContext).ClientId | Should -Be $app.ClientId
    }

    It 'reports the missing permission' {
        Disconnect-ChatAccess
        Connect-Registrar 'Chat.ReadWrite.All'
        $failed = { Register-ChatAccessApp } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -Be 'RegisterDenied,Register-ChatAccessApp'
        $failed.ErrorDetails.RecommendedAction | Should -Match 'Application\.ReadWrite\.All'
        $failed.TargetObject.RequestId | Should -Not -BeNullOrEmpty
    }

    It 'fails if no account is connected' {
        Disconnect-ChatAccess
        { Register-ChatAccessApp } | Should -Throw -ErrorId 'NotConnected,Register-ChatAccessApp'
    }

    It 'rejects a blank name' {
        { Register-ChatAccessApp -Name ' ' } | Should -Throw -ErrorId 'InvalidName,Register-ChatAccessApp'
    }
}
