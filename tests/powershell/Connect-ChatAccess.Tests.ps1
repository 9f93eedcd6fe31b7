BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Connect-ChatAccess' {
    AfterEach {
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'connects with an access token and returns its claims' {
        Connect-Sandbox | Should -BeNullOrEmpty
        $context = Get-ChatAccessContext
        $context.Account | Should -Be 'admin@contoso.example'
        $context.TenantId | Should -Be $Tenant
        $context.Scopes | Should -Contain 'Chat.ReadWrite.All'
        $context.AuthType | Should -Be 'Delegated'
        $context.ExpiresOn | Should -BeOfType [datetime]
        $context.ExpiresOn.Kind | Should -Be 'Utc'
        $context.ExpiresOn | Should -BeGreaterThan ([datetime]::UtcNow)
        $context.GraphEndpoint | Should -Be $Sandbox
    }

    It 'rejects <Name> with a message' -ForEach @(
        @{ Name = 'China'; With = @{ Environment = 'China' }; Id = 'InvalidEnvironment'; Says = '21Vianet' }
        @{ Name = 'an unknown cloud'; With = @{ Environment = 'Mars' }; Id = 'InvalidEnvironment'; Says = 'USGovDoD' }
        @{ Name = 'http with an address other than loopback'; With = @{ GraphEndpoint = 'http://graph.microsoft.com' }; Id = 'InvalidGraphEndpoint'; Says = 'https' }
        @{ Name = 'an authority with a path'; With = @{ AuthorityHost = 'https://login.example.test/x' }; Id = 'InvalidAuthorityHost'; Says = 'scheme, host and port' }
    ) {
        $failed = { Connect-ChatAccess -AccessToken (New-SecureToken) @With } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -Be "$Id,Connect-ChatAccess"
        $failed.Exception.Message | Should -Match $Says
        $failed.CategoryInfo.Category | Should -Be 'InvalidArgument'
        Get-ChatAccessContext | Should -BeNullOrEmpty
    }

    It 'asks .NET for the proxy of the two hosts of <Environment>' -ForEach @(
        @{ Environment = 'Global' }, @{ Environment = 'USGov' }, @{ Environment = 'USGovDoD' }
    ) {
        $context = Connect-ChatAccess -AccessToken (New-SecureToken) -Environment $Environment -PassThru
        $asked = InModuleScope ChatAccess -Parameters @{ Environment = $Environment } {
            $before = [Net.WebRequest]::DefaultWebProxy
            try {
                # A proxy for everything but one host at a time: the host whose proxy is empty was asked for.
                foreach ($name in 'graph.microsoft.com', 'graph.microsoft.us', 'dod-graph.microsoft.us', 'login.microsoftonline.com', 'login.microsoftonline.us') {
                    [Net.WebRequest]::DefaultWebProxy = [Net.WebProxy]::new('http://user:hunter2@proxy.example:8080', $false, [string[]] "^https://$($name -replace '\.', '\.')")
                    $request = @{ environment = $Environment }
                    Add-SystemProxy $request
                    foreach ($service in 'graph', 'authority') {
                        if ($request["${service}_proxy"] -eq '') { "$service https://$name" } else { $request["${service}_proxy"] | Should -Be 'http://proxy.example:8080' }
                    }
                }
            } finally {
                [Net.WebRequest]::DefaultWebProxy = $before
            }
        }
        $asked | Should -Be "graph $($context.GraphEndpoint)", "authority $($context.AuthorityHost)"
        $context | Disconnect-ChatAccess
    }

    It 'sends through the proxy that .NET selects' {
        $before = [Net.WebRequest]::DefaultWebProxy
        try {
            [Net.WebRequest]::DefaultWebProxy = [Net.WebProxy]::new("http://$RefusingProxy")
            Connect-ChatAccess -AccessToken (New-SecureToken)
            $outcome = New-Target 1 | Remove-ChatAccessForUser -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
            $outcome.Message | Should -Match 'the proxy requires authentication \(HTTP status 407\)'
            # Graph of this computer needs none.
            Connect-Sandbox
            (New-Target 1 | Remove-ChatAccessForUser).Status | Should -Be 'Removed'
        } finally {
            [Net.WebRequest]::DefaultWebProxy = $before
        }
    }

    It 'rejects text that is not a token without repeating it' {
        foreach ($wrong in 'hunter2 and more', "hunter2`nhunter3", 'hünter2') {
            $failed = { Connect-ChatAccess -AccessToken (ConvertTo-SecureString $wrong -AsPlainText -Force) } | Should -Throw -PassThru
            $failed.FullyQualifiedErrorId | Should -Be 'InvalidAccessToken,Connect-ChatAccess'
            "$failed $($failed.Exception) $($failed.TargetObject)" | Should -Not -Match 'nter2'
        }
    }

    It 'accepts the token only as a SecureString' {
        (Get-Command Connect-ChatAccess).Parameters['AccessToken'].ParameterType | Should -Be ([securestring])
    }

    It 'replaces the current account, or keeps it with -PassThru' {
        Connect-Sandbox
        $first = (Get-ChatAccessContext).Handle
        $other = Connect-ChatAccess -AccessToken (New-SecureToken @{ upn = 'other@contoso.example' }) -GraphEndpoint $Sandbox -PassThru
        $other.Account | Should -Be 'other@contoso.example'
        (Get-ChatAccessContext).Handle | Should -Be $first
        $other | Disconnect-ChatAccess
        (Get-ChatAccessContext).Handle | Should -Be $first
        Connect-Sandbox
        (Get-ChatAccessContext).Handle | Should -Not -Be $first
    }
}
