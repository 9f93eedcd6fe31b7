# Shared by the Pester tests: imports the staged module and drives the sandbox over HTTP.
# tests/powershell.rs sets the environment variables.

$script:ModulePath = $env:CHATACCESS_TEST_MODULE
$script:Sandbox = $env:CHATACCESS_TEST_SANDBOX
# A TLS server with a certificate that nobody trusts, and a proxy that answers 407.
$script:Untrusted = $env:CHATACCESS_TEST_UNTRUSTED
$script:RefusingProxy = $env:CHATACCESS_TEST_PROXY
$script:Tenant = '5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61'
$script:User = 'd864e79f-0000-4000-8000-0eeb4d61fdc2'
$script:Chat = '19:b8577894a63548969c5c92bb9c80c5e1@thread.v2'
$script:Endpoints = @{ GraphEndpoint = $Sandbox; AuthorityHost = $Sandbox }
# Fast enough that no test waits for the documented rate of one request per second.
$script:Fast = @{ RequestsPerSecond = 1000 }

Import-Module $ModulePath -Force

function Invoke-Sandbox {
    param([string] $Path, [object] $Body)
    if ($PSBoundParameters.ContainsKey('Body')) {
        Invoke-RestMethod -Uri "$Sandbox/sandbox/$Path" -Method Post -Body ($Body | ConvertTo-Json -Depth 9) -ContentType 'application/json'
    } else {
        Invoke-RestMethod -Uri "$Sandbox/sandbox/$Path"
    }
}

function Reset-Sandbox {
    $null = Invoke-Sandbox reset -Body @{}
}

function Set-SandboxFault {
    param([hashtable[]] $Rule)
    $null = Invoke-Sandbox faults -Body @{ rules = @($Rule) }
}

function Get-SandboxRequest {
    @((Invoke-Sandbox requests).requests | Where-Object target -Match 'removeAllAccessForUser')
}

function New-Token {
    param([hashtable] $Claims = @{})
    (Invoke-Sandbox token -Body $Claims).access_token
}

function New-SecureToken {
    param([hashtable] $Claims = @{})
    ConvertTo-SecureString (New-Token $Claims) -AsPlainText -Force
}

function Connect-Sandbox {
    Connect-ChatAccess -AccessToken (New-SecureToken) -GraphEndpoint $Sandbox
}

# Signs in as a user who enters the device code at once.
function Connect-ByDeviceCode {
    param([hashtable] $With = @{})
    InModuleScope ChatAccess -Parameters @{ With = $With; Endpoints = $Endpoints } {
        Initialize-ChatAccess
        Mock Get-NonInteractiveReason { }
        Connect-ChatAccess -UseDeviceCode @Endpoints @With -InformationVariable script:Shown 6> $null
    }
}

function Get-PlainText {
    param([securestring] $Secret)
    [pscredential]::new('x', $Secret).GetNetworkCredential().Password
}

function New-Target {
    param([int] $Number, [string] $UserId = $User)
    [pscustomobject] @{ TenantId = $Tenant; UserId = $UserId; ThreadId = '19:{0:x32}@thread.v2' -f $Number }
}

# Runs a script in a new PowerShell process and returns its output and exit code.
function Invoke-FreshPowerShell {
    param([string] $Script)
    $text = "`$env:CHATACCESS_TEST_MODULE = '$ModulePath'`n`$ErrorActionPreference = 'Stop'`n$Script"
    $path = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
    Set-Content -LiteralPath $path -Value $text
    $output = & ([Environment]::ProcessPath) -NoLogo -NoProfile -NonInteractive -File $path 2>&1 | Out-String
    [pscustomobject] @{ Output = $output; ExitCode = $LASTEXITCODE }
}
