BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Connect-Other {
        param([string] $Name)
        Connect-ChatAccess -AccessToken (New-SecureToken @{ upn = $Name }) -GraphEndpoint $Sandbox -PassThru
    }

    # Returns 'Removed', or the id of the error that a removal with this account ends with.
    function Get-RemovalResult {
        param([object] $Context)
        try {
            (New-Target 1 | Remove-ChatAccessForUser @Fast -Context $Context).Status
        } catch {
            $_.FullyQualifiedErrorId
        }
    }
}

Describe 'Disconnect-ChatAccess' {
    AfterEach {
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'returns nothing and can be called twice' {
        Connect-Sandbox
        Disconnect-ChatAccess | Should -BeNullOrEmpty
        Disconnect-ChatAccess | Should -BeNullOrEmpty
        Get-ChatAccessContext | Should -BeNullOrEmpty
    }

    It 'keeps the account connected with -WhatIf' {
        Connect-Sandbox
        Disconnect-ChatAccess -WhatIf
        Get-RemovalResult (Get-ChatAccessContext) | Should -Be 'Removed'
    }

    It 'makes removals with the closed account fail with the error Disconnected' {
        $context = Connect-Other ann@contoso.example
        $context | Disconnect-ChatAccess
        Get-RemovalResult $context | Should -Be 'Disconnected,Remove-ChatAccessForUser'
    }

    It 'closes all accounts from the pipeline and leaves the others connected' {
        Connect-Sandbox
        $first, $second, $third = 'ann', 'ben', 'cem' | ForEach-Object { Connect-Other "$_@contoso.example" }
        $first, $second | Disconnect-ChatAccess
        Get-RemovalResult $first | Should -Be 'Disconnected,Remove-ChatAccessForUser'
        Get-RemovalResult $second | Should -Be 'Disconnected,Remove-ChatAccessForUser'
        Get-RemovalResult $third | Should -Be 'Removed'
        Get-RemovalResult (Get-ChatAccessContext) | Should -Be 'Removed'
        $third | Disconnect-ChatAccess
    }

    It 'rejects <Name>, and keeps the account connected' -ForEach @(
        @{ Name = 'a variable that is not set'; Script = { Disconnect-ChatAccess -Context $notSet } }
        @{ Name = 'null from the pipeline'; Script = { $notSet | Disconnect-ChatAccess } }
        @{ Name = 'an object that is no account'; Script = { Disconnect-ChatAccess -Context (Get-Date) } }
    ) {
        Connect-Sandbox
        $Script | Should -Throw -ErrorId 'InvalidContext,Disconnect-ChatAccess'
        Get-RemovalResult (Get-ChatAccessContext) | Should -Be 'Removed'
    }

    It 'disconnects nothing for an empty pipeline' {
        Connect-Sandbox
        @() | Disconnect-ChatAccess
        Get-RemovalResult (Get-ChatAccessContext) | Should -Be 'Removed'
    }

    It 'leaves no current account when that one is passed to it' {
        Connect-Sandbox
        Get-ChatAccessContext | Disconnect-ChatAccess
        Get-ChatAccessContext | Should -BeNullOrEmpty
    }

    It 'closes the runs of pipelines that were stopped while another command worked' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript(@"
`$env:CHATACCESS_TEST_MODULE = '$ModulePath'; `$env:CHATACCESS_TEST_SANDBOX = '$Sandbox'
. '$PSScriptRoot/common.ps1'
Connect-Sandbox
& { 1..20 | ForEach-Object { New-Target `$_ }; Start-Sleep 30 } | Remove-ChatAccessForUser @Fast
"@)
        $null = $shell.BeginInvoke()
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while ((Get-SandboxRequest).Count -lt 1 -and $watch.Elapsed.TotalSeconds -lt 20) {
            Start-Sleep -Milliseconds 20
        }
        $shell.Stop()
        $shell.Commands.Clear()
        $null = $shell.AddScript("Disconnect-ChatAccess; & (Get-Module ChatAccess) { `$script:Runs.Count; `$script:Handles.Count }; Get-ChatAccessContext")
        $shell.Invoke() | Should -Be 0, 0
        $shell.Streams.Error | Should -BeNullOrEmpty
        $shell.Dispose()
    }
}

Describe 'Remove-Module ChatAccess' {
    It 'disconnects the account' {
        $run = Invoke-FreshPowerShell @"
Import-Module '$ModulePath'
Connect-ChatAccess -AccessToken (ConvertTo-SecureString '$(New-Token)' -AsPlainText -Force) -GraphEndpoint $Sandbox
`$context = Get-ChatAccessContext
Remove-Module ChatAccess
Import-Module '$ModulePath'
"after: `$(Get-ChatAccessContext)"
try { Remove-ChatAccessForUser -TenantId $Tenant -UserId $User -ThreadId '$Chat' -Context `$context } catch { `$_.FullyQualifiedErrorId }
"@
        $run.Output.Trim() -split '\r?\n' | Should -Be 'after: ', 'Disconnected,Remove-ChatAccessForUser'
    }
}
