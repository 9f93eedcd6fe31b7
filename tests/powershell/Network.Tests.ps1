# Connections that no retry heals: an untrusted certificate, a proxy that wants credentials, a host that doesn't
# exist. Each server is a listener of this process on the loopback address.

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # Runs $Script with a listener in a runspace of its own, and returns both.
    function Start-Listener {
        param([scriptblock] $Script, [object] $Argument)
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $server = [powershell]::Create().AddScript($Script).AddArgument($listener).AddArgument($Argument)
        $null = $server.BeginInvoke()
        [pscustomobject] @{ Listener = $listener; Server = $server; Port = $listener.LocalEndpoint.Port }
    }

    function Stop-Listener {
        param([object] $Started)
        $Started.Listener.Stop()
        $null = $Started.Server.BeginStop($null, $null)
    }

    # Twenty removals in a fresh PowerShell: its proxy is read when it starts. Returns what a person sees.
    function Invoke-TwentyRemovals {
        param([string] $GraphEndpoint, [string] $AuthorityHost, [hashtable] $Environment = @{})
        $set = foreach ($name in $Environment.Keys) { "`$env:$name = '$($Environment[$name])'" }
        $authority = if ($AuthorityHost) { "-AuthorityHost '$AuthorityHost'" }
        Invoke-FreshPowerShell "
            $($set -join '; ')
            `$ErrorActionPreference = 'Continue'
            Import-Module `$env:CHATACCESS_TEST_MODULE
            `$token = ConvertTo-SecureString '$(New-Token)' -AsPlainText -Force
            Connect-ChatAccess -AccessToken `$token -GraphEndpoint '$GraphEndpoint' $authority
            `$clock = [Diagnostics.Stopwatch]::StartNew()
            `$outcomes = 1..20 | ForEach-Object { [pscustomobject] @{ TenantId = '$Tenant'; UserId = '$User'; ThreadId = '19:{0:x32}@thread.v2' -f `$_ } } |
                Remove-ChatAccessForUser -ErrorAction SilentlyContinue -WarningVariable warned -WarningAction SilentlyContinue
            'seconds: ' + [int] `$clock.Elapsed.TotalSeconds
            'warnings: ' + @(`$warned).Count
            'warned: ' + (`$warned -join ' ')
            'outcomes: ' + `$outcomes.Count
            'with cause: ' + @(`$outcomes | Where-Object Message -Match 'can''t be reached').Count
            'removed: ' + @(`$outcomes | Where-Object Status -EQ Removed).Count
            'next: ' + (`$outcomes.NextStep | Select-Object -Unique)"
    }

    function Get-Value {
        param([string] $Output, [string] $Name)
        [regex]::Match($Output, "(?m)^${Name}: (.*?)\r?$").Groups[1].Value
    }
}

Describe 'Remove-ChatAccessForUser without a usable connection' {
    AfterEach {
        if ($started) { Stop-Listener $started }
    }

    It 'names an untrusted certificate within seconds and ends all removals with the cause' {
        $key = [Security.Cryptography.RSA]::Create(2048)
        $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new(
            'CN=localhost', $key, [Security.Cryptography.HashAlgorithmName]::SHA256, [Security.Cryptography.RSASignaturePadding]::Pkcs1)
        $names = [Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
        $names.AddDnsName('localhost')
        $request.CertificateExtensions.Add($names.Build())
        $made = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))
        # Windows' TLS uses the key of a certificate only after an import.
        $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new($made.Export('Pfx'))
        $started = Start-Listener {
            param($listener, $certificate)
            while ($true) {
                $client = $listener.AcceptTcpClient()
                try {
                    $stream = [Net.Security.SslStream]::new($client.GetStream())
                    $stream.AuthenticateAsServer($certificate)
                } catch {
                    # The client rejects the certificate, which is what the test is about.
                    $client.Close()
                }
            }
        } $certificate

        $run = Invoke-TwentyRemovals "https://localhost:$($started.Port)"

        Get-Value $run.Output 'warned' | Should -Match 'the certificate of localhost was issued by an authority that this computer doesn''t trust'
        Get-Value $run.Output 'warnings' | Should -Be 1
        Get-Value $run.Output 'outcomes' | Should -Be 20
        Get-Value $run.Output 'with cause' | Should -Be 20
        Get-Value $run.Output 'removed' | Should -Be 0
        Get-Value $run.Output 'next' | Should -Match 'root certificate'
        [int] (Get-Value $run.Output 'seconds') | Should -BeLessOrEqual 10
    }

    It 'names a proxy that requires authentication within seconds and ends all removals with the cause' {
        $started = Start-Listener {
            param($listener)
            while ($true) {
                $client = $listener.AcceptTcpClient()
                $stream = $client.GetStream()
                $null = $stream.Read([byte[]]::new(4096), 0, 4096)
                $response = [Text.Encoding]::ASCII.GetBytes("HTTP/1.1 407 Proxy Authentication Required`r`nProxy-Authenticate: Negotiate`r`nContent-Length: 0`r`n`r`n")
                $stream.Write($response, 0, $response.Length)
                $client.Close()
            }
        }

        $run = Invoke-TwentyRemovals 'https://graph.example.test' -Environment @{ HTTPS_PROXY = "http://127.0.0.1:$($started.Port)" }

        Get-Value $run.Output 'warned' | Should -Match 'the proxy requires authentication \(HTTP status 407\)'
        Get-Value $run.Output 'warnings' | Should -Be 1
        Get-Value $run.Output 'outcomes' | Should -Be 20
        Get-Value $run.Output 'with cause' | Should -Be 20
        Get-Value $run.Output 'next' | Should -Match 'HTTPS_PROXY'
        [int] (Get-Value $run.Output 'seconds') | Should -BeLessOrEqual 10
    }

    It 'names a host that does not exist while the sign-in host does' {
        $run = Invoke-TwentyRemovals 'https://graph.invalid' -AuthorityHost 'http://127.0.0.1:1'

        Get-Value $run.Output 'warned' | Should -Match 'the host graph.invalid doesn''t exist'
        Get-Value $run.Output 'with cause' | Should -Be 20
        Get-Value $run.Output 'next' | Should -Match 'GraphEndpoint'
        [int] (Get-Value $run.Output 'seconds') | Should -BeLessOrEqual 10
    }

    It 'refuses a proxy variable that is not an address, without repeating it' {
        $run = Invoke-FreshPowerShell "
            `$env:HTTPS_PROXY = 'htp://user:planted-secret@proxy'
            Import-Module `$env:CHATACCESS_TEST_MODULE
            try {
                Connect-ChatAccess -AccessToken (ConvertTo-SecureString '$(New-Token)' -AsPlainText -Force) -GraphEndpoint 'https://graph.example.test'
            } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message; `$_.ErrorDetails.RecommendedAction }"

        $run.Output | Should -Match 'HTTPS_PROXY doesn''t contain the address of a proxy'
        $run.Output | Should -Not -Match 'planted-secret'
    }
}
