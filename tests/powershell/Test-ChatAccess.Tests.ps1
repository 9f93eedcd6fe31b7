BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # Runs the checks, and returns them by their names.
    function Get-Check {
        param([hashtable] $With = $Endpoints)
        $checks = @{}
        Test-ChatAccess @With | ForEach-Object { $checks[$_.Name] = $_ }
        $checks
    }
}

Describe 'Test-ChatAccess' {
    AfterEach {
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'makes every check before anyone is connected' {
        $results = @(Test-ChatAccess @Endpoints)
        $results.Name | Should -Be 'Module', 'PowerShell', 'Session', 'Memory', 'Graph', 'Graph certificate', 'Entra', 'Entra certificate', 'Clock', 'Account'
        foreach ($one in $results) {
            $one.PSTypeNames[0] | Should -Be 'ChatAccess.CheckResult'
            $one.Message | Should -Match '\.$'
            $one.Message.Length | Should -BeLessThan 300
            if ($one.Passed -eq $false) { $one.NextStep | Should -Match '\.$' }
        }
        ($results | Where-Object Passed -EQ $false).Name | Should -Be 'Account'
    }

    It 'names the versions, the library and the session' {
        $checks = Get-Check
        $checks.Module.Passed | Should -BeTrue
        $checks.Module.Message | Should -BeLike "ChatAccess $((Get-Module ChatAccess).Version) works with its native library, '*chat_access.*'."
        $checks.PowerShell.Passed | Should -BeTrue
        $checks.PowerShell.Message | Should -BeLike "PowerShell $($PSVersionTable.PSVersion) runs in FullLanguage mode, as a 64-bit process on *."
        # The tests run without a person.
        $checks.Session.Message | Should -Match "Interactive sign-in isn't possible: PowerShell was started with -NonInteractive\.|You can sign in"
        $checks.Memory.Passed | Should -BeTrue
        $checks.Memory.Message | Should -Match '^This process uses [\d.,]+ MB of [\d.,]+ MB of memory\.$'
    }

    It 'sends no token and changes nothing' {
        Connect-Sandbox
        $null = Test-ChatAccess
        $requests = (Invoke-Sandbox requests).requests
        $requests.method | Should -Be 'GET'
        "$($requests.headers)" | Should -Not -Match 'authorization'
        (Invoke-Sandbox applied).applied | Should -BeNullOrEmpty
    }

    It 'checks the cloud of the connected account, and its permissions for each command' {
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'Chat.ReadWrite.All ThreatHunting.Read.All'; expires_in = 600 }) @Endpoints
        $checks = Get-Check @{}
        $checks.Graph.Message | Should -Be "$(([uri] $Sandbox).Authority) responds without a proxy."
        $checks.Account.Message | Should -Match "^admin@contoso\.example is connected to the tenant $Tenant \(Custom\), with the application '.+'\.$"
        $checks.Token.Passed | Should -BeTrue
        $checks.Token.Message | Should -Match 'expires at .+Z, in (9|10) minutes, and is not renewed\.$'
        $checks['Remove-ChatAccessForUser'].Passed | Should -BeTrue
        $checks['Find-ChatAccess -Hunting'].Passed | Should -BeTrue
        $missing = $checks['Find-ChatAccess -StartDate']
        $missing.Passed | Should -BeNullOrEmpty
        $missing.Message | Should -Match 'AuditLogsQuery\.Read\.All'
        $missing.NextStep | Should -Match 'Connect-ChatAccess -Scope Chat\.ReadWrite\.All, AuditLogsQuery\.Read\.All'
    }

    It 'fails for a token without the permission for removals' {
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'User.Read.All' }) @Endpoints
        $checks = Get-Check @{}
        $checks['Remove-ChatAccessForUser'].Passed | Should -BeFalse
        $checks['Remove-ChatAccessForUser'].Message | Should -Match 'Chat\.ReadWrite\.All'
        $checks['Remove-ChatAccessForUser'].NextStep | Should -Not -BeNullOrEmpty
        # A permission that includes the least one.
        $checks['Find-ChatAccess -ResolveUser'].Message | Should -Match 'User\.Read\.All'
    }

    It 'fails for the token of an application, and for one that has expired' {
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = $null; idtyp = 'app'; roles = @('Chat.ReadBasic.All') }) @Endpoints
        (Get-Check @{})['Remove-ChatAccessForUser'].Passed | Should -BeFalse
        Connect-ChatAccess -AccessToken (New-SecureToken @{ expires_in = 1 }) @Endpoints
        Start-Sleep -Milliseconds 1500
        $token = (Get-Check @{}).Token
        $token.Passed | Should -BeFalse
        $token.Message | Should -Match '^The token expired at '
        $token.NextStep | Should -Match 'Connect-ChatAccess'
    }

    It 'says that a token is renewed' {
        Connect-ByDeviceCode
        (Get-Check @{}).Token.Message | Should -Match 'renewed automatically\.$'
    }

    It 'checks an account of -Context, and refuses what is none' {
        $admin = Connect-ChatAccess -AccessToken (New-SecureToken @{ upn = 'ann@contoso.example' }) @Endpoints -PassThru
        (Get-Check @{ Context = $admin }).Account.Message | Should -BeLike 'ann@contoso.example *'
        Disconnect-ChatAccess -Context $admin
        $account = (Get-Check @{ Context = $admin }).Account
        $account.Passed | Should -BeFalse
        $account.Message | Should -Be 'The account is disconnected.'
        { Test-ChatAccess -Context 'ann' } | Should -Throw -ErrorId 'InvalidContext,Test-ChatAccess'
    }

    It 'refuses an address or a cloud that can not be used' -ForEach @(
        @{ With = @{ Environment = 'China' }; Id = 'InvalidEnvironment' }
        @{ With = @{ GraphEndpoint = 'http://graph.microsoft.com' }; Id = 'InvalidGraphEndpoint' }
        @{ With = @{ AuthorityHost = 'login' }; Id = 'InvalidAuthorityHost' }
    ) {
        { Test-ChatAccess @With } | Should -Throw -ErrorId "$Id,Test-ChatAccess"
    }

    It 'names the issuer of a certificate that this computer does not trust' {
        $checks = Get-Check @{ GraphEndpoint = "https://$Untrusted"; AuthorityHost = $Sandbox }
        $checks.Graph.Passed | Should -BeFalse
        $checks.Graph.Message | Should -Match "^$Untrusted can't be reached without a proxy: the certificate of 127\.0\.0\.1 .+\.$"
        $certificate = $checks['Graph certificate']
        $certificate.Passed | Should -BeFalse
        $certificate.Message | Should -Match "^This computer doesn't accept the certificate of $Untrusted\. It was issued by 'CN=.+'\.$"
        $certificate.NextStep | Should -Match 'root certificate'
        # Each check by itself.
        $checks.Entra.Passed | Should -BeTrue
        $checks.Clock.Passed | Should -Not -BeFalse
    }

    It 'names the proxy, without its password, that does not let it through' {
        $env:HTTPS_PROXY = "http://svc:hunter2@$RefusingProxy"
        try {
            $run = Invoke-FreshPowerShell 'Import-Module $env:CHATACCESS_TEST_MODULE; Test-ChatAccess | ConvertTo-Json'
        } finally {
            Remove-Item Env:HTTPS_PROXY
        }
        $results = $run.Output | ConvertFrom-Json
        foreach ($name in 'Graph', 'Entra') {
            $one = $results | Where-Object Name -EQ $name
            $one.Passed | Should -BeFalse
            $one.Message | Should -Match "through the proxy http://$RefusingProxy of the environment variable HTTPS_PROXY: the proxy requires authentication \(HTTP status 407\)\.$"
            $one.NextStep | Should -Match 'HTTPS_PROXY'
            ($results | Where-Object Name -EQ "$name certificate").Passed | Should -BeNullOrEmpty
        }
        ($results | Where-Object Name -EQ Clock).Message | Should -Match '^Not checked'
        $run.Output | Should -Not -Match 'hunter2'
    }

    It 'tells who issued a certificate that a proxy or a security product replaced: <Issuer>' -ForEach @(
        @{ Issuer = 'CN=Contoso Inspection CA, O=Contoso'; Inspected = $true }
        @{ Issuer = 'CN=Not DigiCert, O=Contoso'; Inspected = $true }
        @{ Issuer = 'CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1, O=DigiCert Inc, C=US'; Inspected = $false }
        @{ Issuer = 'CN=Microsoft Azure RSA TLS Issuing CA 04, O=Microsoft Corporation, C=US'; Inspected = $false }
    ) {
        InModuleScope ChatAccess -Parameters @{ Issuer = $Issuer; Inspected = $Inspected } {
            Initialize-ChatAccess
            Mock Get-ServerCertificate { [pscustomobject] @{ Issuer = $Issuer } }
            $response = [pscustomobject] @{ service = 'Graph'; status = 401; request_id = 'x'; proxy_variable = $null }
            $result = Test-Service -Name Graph -Address 'https://graph.microsoft.com' -Found @{ Graph = @{ Event = $response; At = [datetime]::UtcNow } } | Where-Object Name -EQ 'Graph certificate'
            $result.Passed | Should -BeTrue
            $result.Message | Should -BeLike "This computer accepts the certificate of graph.microsoft.com. It was issued by '$Issuer'.*"
            ($result.Message -match 'inspects the connection') | Should -Be $Inspected
            [bool] $result.NextStep | Should -Be $Inspected
        }
    }

    It 'reads the certificate through a proxy, and sends the credentials of the proxy to nobody else' {
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        # A proxy that connects the first client with any host.
        $job = Start-ThreadJob -ArgumentList $listener, $Untrusted {
            param($Listener, $Target)
            $client = $Listener.AcceptTcpClient()
            $near = $client.GetStream()
            $head = ''
            while (-not $head.EndsWith("`r`n`r`n")) { $head += [char] $near.ReadByte() }
            $far = [Net.Sockets.TcpClient]::new($Target.Split(':')[0], $Target.Split(':')[1]).GetStream()
            $answer = [Text.Encoding]::ASCII.GetBytes("HTTP/1.1 200 Connection established`r`n`r`n")
            $near.Write($answer, 0, $answer.Length)
            $null = [Threading.Tasks.Task]::WaitAny($near.CopyToAsync($far), $far.CopyToAsync($near))
            $client.Close()
            $head
        }
        try {
            $certificate = InModuleScope ChatAccess -Parameters @{ Proxy = "http://svc:hunter2@$($listener.LocalEndpoint)" } {
                Initialize-ChatAccess
                Get-ServerCertificate -Address 'https://graph.microsoft.com' -Proxy $Proxy
            }
            $certificate.Issuer | Should -Match '^CN='
            $head = $job | Receive-Job -Wait -AutoRemoveJob
            $head | Should -Match '^CONNECT graph\.microsoft\.com:443 HTTP/1\.1'
            $head | Should -Match 'Proxy-Authorization: Basic c3ZjOmh1bnRlcjI='
        } finally {
            $listener.Stop()
        }
    }

    It 'knows the proxy of each address: <Address> with <Variable> and NO_PROXY=<NoProxy>' -ForEach @(
        @{ Address = 'https://graph.microsoft.com'; Variable = 'HTTPS_PROXY'; NoProxy = ''; Text = 'through the proxy http://proxy.contoso.com:8080 of the environment variable HTTPS_PROXY' }
        @{ Address = 'https://graph.microsoft.com'; Variable = 'HTTPS_PROXY'; NoProxy = 'localhost, .microsoft.com'; Text = 'without a proxy, because of the environment variable NO_PROXY' }
        @{ Address = 'https://graph.microsoft.com'; Variable = ''; NoProxy = 'microsoft.co'; Text = "through the proxy http://system.contoso.com:3128 of the system's settings" }
        @{ Address = 'http://127.0.0.1:8080'; Variable = 'HTTPS_PROXY'; NoProxy = ''; Text = 'without a proxy' }
    ) {
        $env:HTTPS_PROXY, $env:NO_PROXY = 'svc:hunter2@proxy.contoso.com:8080', $NoProxy
        try {
            InModuleScope ChatAccess -Parameters @{ With = @{ Address = $Address; Variable = $Variable }; Text = $Text } {
                Initialize-ChatAccess
                (Get-ProxyRoute @With -SystemProxy 'http://system.contoso.com:3128').Text | Should -Be $Text
            }
        } finally {
            Remove-Item Env:HTTPS_PROXY, Env:NO_PROXY -ErrorAction Ignore
        }
    }

    It 'fails within seconds without a network, check by check' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        # Nothing listens on this port.
        $checks = Get-Check @{ GraphEndpoint = 'http://127.0.0.1:9'; AuthorityHost = 'https://127.0.0.1:9' }
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
        $checks.Graph.Passed | Should -BeFalse
        $checks.Graph.NextStep | Should -Match 'firewall'
        $checks['Entra certificate'].Message | Should -Match "^Not checked, because 127\.0\.0\.1:9 can't be reached\.$"
        $checks.Module.Passed | Should -BeTrue
    }

    It 'tells a response of the service from one of something before it' {
        Set-SandboxFault @{ fault = @{ kind = 'proxy_error_page'; status = 403 } }
        $graph = (Get-Check).Graph
        $graph.Passed | Should -BeFalse
        $graph.Message | Should -Match '^Something between this computer and .+ responded with status 403, without a proxy\.$'
        Set-SandboxFault @{ fault = @{ kind = 'status'; code = 503; graph_code = 'ServiceUnavailable'; message = 'down' } }
        (Get-Check).Graph.Message | Should -Match 'responds without a proxy, but with status 503\.$'
    }

    It 'measures the clock: <Name>' -ForEach @(
        @{ Name = '10 minutes behind'; Minutes = 10; Passed = $false; Text = 'is 10 minutes behind that of the service' }
        @{ Name = '30 minutes ahead'; Minutes = -30; Passed = $false; Text = 'is 30 minutes ahead of that of the service' }
        @{ Name = '1 minute behind'; Minutes = 1; Passed = $true; Text = 'is (5\d|60) seconds behind' }
    ) {
        $date = [datetime]::UtcNow.AddMinutes($Minutes).ToString('r', [cultureinfo]::InvariantCulture)
        Set-SandboxFault @{ fault = @{ kind = 'status'; code = 401; graph_code = 'InvalidAuthenticationToken'; message = 'no token'; headers = @{ Date = $date } } }
        $clock = (Get-Check).Clock
        $clock.Passed | Should -Be $Passed
        $clock.Message | Should -Match $Text
        if (-not $Passed) { $clock.NextStep | Should -Match 'Set the clock' }
    }

    It 'names where it runs: <Place>' -ForEach @(
        @{ Place = 'an Azure Automation job in the cloud'; Variables = @{ AUTOMATION_ASSET_ACCOUNTID = 'x'; AZUREPS_HOST_ENVIRONMENT = 'AzureAutomation/' } }
        @{ Place = 'an Azure Automation job on a hybrid worker'; Variables = @{ AUTOMATION_ASSET_SANDBOX_ID = 'x' } }
        @{ Place = 'a job of GitHub Actions'; Variables = @{ GITHUB_ACTIONS = 'true' } }
    ) {
        foreach ($one in $Variables.GetEnumerator()) { Set-Item "Env:$($one.Key)" $one.Value }
        try {
            $checks = Get-Check
        } finally {
            foreach ($one in $Variables.Keys) { Remove-Item "Env:$one" }
        }
        $checks.Session.Message | Should -BeLike "This is $Place.*"
        if ($Place -match 'cloud') { $checks.Memory.Message | Should -Match ' of 400 MB of memory' }
        if ($Place -match 'Automation') { $checks.Session.NextStep | Should -Match '-RefreshToken' }
    }

    It 'says what is wrong with the library, and makes the other checks' {
        $copy = Join-Path $TestDrive 'damaged'
        Copy-Item $ModulePath "$copy/ChatAccess" -Recurse
        Get-ChildItem "$copy/ChatAccess/bin" -Recurse -File | Remove-Item
        $run = Invoke-FreshPowerShell @"
Import-Module '$copy/ChatAccess'
Test-ChatAccess | Where-Object Name -In Module, Graph, Clock | ForEach-Object { "`$(`$_.Name)|`$(`$_.Passed)|`$(`$_.Message)|`$(`$_.NextStep)" }
"@
        $lines = $run.Output.Trim() -split '\r?\n'
        $lines[0] | Should -Match '^Module\|False\|The native library for this platform .+ is missing: .+\|Install the ChatAccess module again'
        $lines[1] | Should -Be "Graph||Not checked, because the native library can't be used.|"
        $lines.Count | Should -Be 3
    }

    It 'shows lines that fit into 80 columns and end between words' {
        $results = Test-ChatAccess -GraphEndpoint "https://$Untrusted" -AuthorityHost $Sandbox
        $text = $results | Out-String -Width 80
        ($text -split '\r?\n').Length | Should -BeGreaterThan 15
        $text -split '\r?\n' | Where-Object Length -GT 80 | Should -BeNullOrEmpty
        $text | Should -Match '(?m)^FAILED Graph\r?$'
        $text | Should -Match '(?m)^Passed Entra\r?$'
        $joined = $text -replace '\s+', ' '
        foreach ($one in $results) { $joined.Contains("$($one.Message) $($one.NextStep)".Trim()) | Should -BeTrue -Because $one.Message }
    }

    It 'contains no part of the token' {
        $token = New-Token
        Connect-ChatAccess -AccessToken (ConvertTo-SecureString $token -AsPlainText -Force) @Endpoints
        $shown = (Test-ChatAccess -Verbose 4>&1 | Out-String -Width 4000) + (Test-ChatAccess | ConvertTo-Json)
        foreach ($part in $token -split '\.') { $shown | Should -Not -Match ([regex]::Escape($part.Substring(0, 20))) }
    }

    It 'can be stopped by a following command, and leaves no run behind' {
        (Test-ChatAccess @Endpoints | Select-Object -First 1).Name | Should -Be 'Module'
        InModuleScope ChatAccess { $script:Runs.Count | Should -Be 0 }
    }
}
