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

    It 'has the three mandatory parameters of the sample' {
        $parameters = (Get-Command $DropIn).Parameters
        foreach ($name in 'TenantId', 'UserId', 'ThreadId') {
            $parameters[$name].Attributes.Mandatory | Should -Contain $true
            $parameters[$name].ParameterType | Should -Be ([string])
        }
    }

    It 'tells what it does, says that it succeeded, and exits with 0' {
        $run = Invoke-DropIn
        $run.Output | Should -Match 'Executing RemoveAllAccessForUser request\.'
        $run.Output | Should -Match 'Request to RemoveAllAccessForUser api succeeded\.'
        $run.ExitCode | Should -Be 0
        (Invoke-Sandbox applied).applied.thread | Should -Be $Chat
    }

    It 'says what failed with status and body, and exits with 1' {
        Set-SandboxFault @{ fault = @{ kind = 'status'; code = 403; graph_code = 'Forbidden'; message = 'Missing scope permissions.' } }
        $run = Invoke-DropIn
        $run.Output | Should -Match 'api failed'
        $run.Output | Should -Match 'StatusCode: 403'
        $run.Output | Should -Match 'StatusDescription: Forbidden'
        $run.Output | Should -Match 'Missing scope permissions\.'
        $run.ExitCode | Should -Be 1
    }

    It 'says what is wrong with an id, sends nothing, and exits with 1' {
        $run = Invoke-DropIn -ThreadId '19:abc@thread.tacv2'
        $run.Output | Should -Match 'ThreadId .* channel'
        $run.ExitCode | Should -Be 1
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'exits with 2 where nobody is connected' {
        $run = Invoke-DropIn -More ''
        $run.Output | Should -Match 'Nobody is connected'
        $run.ExitCode | Should -Be 2
    }

    It 'installs nothing' {
        Get-Content $DropIn -Raw | Should -Not -Match 'Install-(Module|PSResource)'
    }
}
