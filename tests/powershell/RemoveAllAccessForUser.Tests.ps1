BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:DropIn = "$PSScriptRoot/../../powershell/RemoveAllAccessForUser.ps1"

    function Invoke-DropIn {
        param([string] $More = "-AccessToken (ConvertTo-SecureString '$(New-Token)' -AsPlainText -Force) -GraphEndpoint $Sandbox", [string] $ThreadId = $Chat)
        Invoke-FreshPowerShell @"
Import-Module '$ModulePath'
& '$DropIn' -TenantId $Tenant -UserId $User -ThreadId '$ThreadId' $More
exit `$LASTEXITCODE
"@
    }
}

Describe 'RemoveAllAccessForUser.ps1' {
    BeforeEach {
        Reset-Sandbox
    }

    It 'has the three parameters of the sample script, in their order, and TenantId is optional' {
        $parameters = (Get-Command $DropIn).Parameters
        foreach ($name in 'TenantId', 'UserId', 'ThreadId') {
            $parameters[$name].Attributes.Mandatory | Should -Be ($name -ne 'TenantId')
            $parameters[$name].Attributes.Position | Should -Be ('TenantId', 'UserId', 'ThreadId').IndexOf($name)
            $parameters[$name].ParameterType | Should -Be ([string])
        }
    }

    It 'uses the tenant of the account without -TenantId: <Name>' -ForEach @(
        @{ Name = 'with a token'; Before = ''; More = "-AccessToken (ConvertTo-SecureString '{0}' -AsPlainText -Force) -GraphEndpoint {1}" }
        @{ Name = 'connected'; Before = "Connect-ChatAccess -AccessToken (ConvertTo-SecureString '{0}' -AsPlainText -Force) -GraphEndpoint {1}"; More = '' }
        @{ Name = 'with a sign-in'; Before = '& (Get-Module ChatAccess) {{ Initialize-ChatAccess; function script:Get-NonInteractiveReason {{ }} }}'; More = '-UseDeviceCode -GraphEndpoint {1} -AuthorityHost {1}' }
    ) {
        $token = New-Token
        $run = Invoke-FreshPowerShell @"
Import-Module '$ModulePath'
$($Before -f $token, $Sandbox)
& '$DropIn' -UserId $User -ThreadId '$Chat' $($More -f $token, $Sandbox)
exit `$LASTEXITCODE
"@
        $run.ExitCode | Should -Be 0 -Because $run.Output
        (Invoke-Sandbox applied).applied.tenant | Should -Be $Tenant
    }

    It 'accepts a user principal name, and signs in with the permission to look it up' {
        $null = Invoke-Sandbox users -Body @{ users = @(@{ id = $User; userPrincipalName = 'ann@contoso.example' }) }
        $run = Invoke-FreshPowerShell @"
Import-Module '$ModulePath'
& (Get-Module ChatAccess) { Initialize-ChatAccess; function script:Get-NonInteractiveReason { } }
& '$DropIn' -TenantId $Tenant -UserId ann@contoso.example -ThreadId '$Chat' -UseDeviceCode -GraphEndpoint $Sandbox -AuthorityHost $Sandbox
exit `$LASTEXITCODE
"@
        $run.ExitCode | Should -Be 0 -Because $run.Output
        (Invoke-Sandbox applied).applied.user | Should -Be $User
    }

    It 'shows the messages of the sample script and exits with 0' {
        $run = Invoke-DropIn
        $run.Output | Should -Match 'Executing RemoveAllAccessForUser request\.'
        $run.Output | Should -Match 'Request to RemoveAllAccessForUser api succeeded\.'
        $run.ExitCode | Should -Be 0
        (Invoke-Sandbox applied).applied.thread | Should -Be $Chat
    }

    It 'shows the status and the message of a failure, and exits with 1' {
        Set-SandboxFault @{ fault = @{ kind = 'status'; code = 403; graph_code = 'Forbidden'; message = 'Missing scope permissions.' } }
        $run = Invoke-DropIn
        $run.Output | Should -Match 'api failed'
        $run.Output | Should -Match 'StatusCode: 403'
        $run.Output | Should -Match 'StatusDescription: Forbidden'
        $run.Output | Should -Match 'Missing scope permissions\.'
        $run.ExitCode | Should -Be 1
    }

    It 'explains an invalid id, sends nothing, and exits with 1' {
        $run = Invoke-DropIn -ThreadId '19:abc@thread.tacv2'
        $run.Output | Should -Match 'ThreadId .* channel'
        $run.ExitCode | Should -Be 1
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'exits with 2 at once without an account where interactive sign-in is not possible' {
        $run = Invoke-DropIn -More ''
        $run.Output | Should -Match "Interactive sign-in isn't possible here"
        $run.Output | Should -Match 'What to do: .*RefreshToken'
        $run.ExitCode | Should -Be 2
    }

    It 'does all work of the sample script: client app, sign-in and removal' {
        $output = foreach ($round in 1, 2) {
            $run = Invoke-FreshPowerShell @"
Import-Module '$ModulePath'
# Signs in as a user who enters the device code at once.
& (Get-Module ChatAccess) { Initialize-ChatAccess; function script:Get-NonInteractiveReason { } }
& '$DropIn' -TenantId $Tenant -UserId $User -ThreadId '$Chat' -UseDeviceCode -GraphEndpoint $Sandbox -AuthorityHost $Sandbox
exit `$LASTEXITCODE
"@
            $run.ExitCode | Should -Be 0 -Because $run.Output
            $run.Output
        }
        $output[0] | Should -Match 'Client app created'
        $output[1] | Should -Match "Client app with id '[0-9a-f-]{36}' found"
        $output[1] | Should -Match 'api succeeded'
        (Invoke-Sandbox applied).applied.thread | Should -Be $Chat
        (Invoke-Sandbox entra).tokens.device_code | Should -BeGreaterThan 3
    }

    It 'shows why the sign-in failed, and exits with 2' {
        $null = Invoke-Sandbox entra -Body @{ refusals = @(@{ code = 700082 }) }
        $run = Invoke-DropIn -More "-RefreshToken (ConvertTo-SecureString '0.AbCd' -AsPlainText -Force) -GraphEndpoint $Sandbox -AuthorityHost $Sandbox"
        $run.Output | Should -Match 'AADSTS700082'
        $run.Output | Should -Match 'What to do: .*Connect-ChatAccess'
        $run.Output | Should -Not -Match '0\.AbCd'
        $run.ExitCode | Should -Be 2
    }

    It 'installs nothing' {
        Get-Content $DropIn -Raw | Should -Not -Match 'Install-(Module|PSResource)'
    }
}
