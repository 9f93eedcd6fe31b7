BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:Examples = (Resolve-Path "$PSScriptRoot/../../examples").ProviderPath

    # Returns a refresh token of the sandbox, as a person exports it at a desktop.
    function Get-StoredToken {
        Connect-ByDeviceCode
        Get-PlainText (Export-ChatAccessToken)
        Disconnect-ChatAccess
    }

    function Set-Target {
        param([string] $Path, [int] $Count = 2)
        1..$Count | ForEach-Object { New-Target $_ } | Export-Csv -LiteralPath $Path -NoTypeInformation
    }

    $script:Common = "Import-Module '$ModulePath'"
    $script:Cloud = "-GraphEndpoint $Sandbox -AuthorityHost $Sandbox"
}

Describe 'examples/runbook.ps1' {
    BeforeAll {
        # Azure Automation's commands for its encrypted variables.
        $script:Automation = @'
$env:AUTOMATION_ASSET_ACCOUNTID = 1
function Get-AutomationVariable { param($Name) if ($Name -eq 'ChatAccessRefreshToken') { $global:Stored } }
function Set-AutomationVariable { param($Name, $Value) $global:Stored = $Value; "stored $Name" }
'@
    }

    BeforeEach {
        $stored = Get-StoredToken
        $csv = "$TestDrive/targets.csv"
    }

    AfterEach { Reset-Sandbox }

    It 'sends the removals of a file and stores the new token, on a hybrid worker' {
        Set-Target $csv
        $run = Invoke-FreshPowerShell @"
$Common
$Automation
`$global:Stored = '$stored'
`$output = & '$Examples/runbook.ps1' -TargetPath '$csv' -JournalPath '$TestDrive/runbook.jsonl' -TenantId '$Tenant' -ClientId '' $Cloud
"`$(`$output.Count) objects of `$(`$output[0].PSTypeNames[0]): `$(`$output.Status)"
"new token: `$(`$global:Stored -ne '$stored'), kept: `$([bool] `$global:Stored)"
"@
        $run.Output.Trim() -split '\r?\n' | Should -Be '2 objects of ChatAccess.RemovalOutcome: Removed Removed', 'new token: True, kept: True'
        (Invoke-Sandbox applied).applied.Count | Should -Be 2
        Get-Content "$TestDrive/runbook.jsonl" -Raw | Should -Not -Match ([regex]::Escape($stored))
    }

    It 'sends the removals of a text in the cloud, within 400 MB of memory, and shows no progress' {
        # The text that a webhook or Logic Apps passes.
        Set-Target $csv -Count 1500
        $run = Invoke-FreshPowerShell @"
$Common
$Automation
`$env:AZUREPS_HOST_ENVIRONMENT = 'AzureAutomation/'
`$global:Stored = '$stored'
`$PSDefaultParameterValues = @{ 'Remove-ChatAccessForUser:RequestsPerSecond' = 1000 }
`$output = & '$Examples/runbook.ps1' -TargetText (Get-Content '$csv' -Raw) $Cloud
"`$(@(`$output | Where-Object Status -EQ Removed).Count) removed"
"peak: `$([int] ([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 / 1MB)) MB"
"@
        $run.Output | Should -Match '(?m)^1500 removed'
        $peak = [int] [regex]::Match($run.Output, '(?m)^peak: (\d+) MB').Groups[1].Value
        $peak | Should -BeGreaterThan 50
        $peak | Should -BeLessThan 400
    }

    It 'fails before the sign-in without targets, and with the reason if the token has expired' {
        $run = Invoke-FreshPowerShell @"
$Common
$Automation
`$global:Stored = 'not-a-token'
foreach (`$with in @{}, @{ TargetPath = 'a'; TargetText = 'b' }, @{ TargetText = "TenantId,UserId,ThreadId``n$Tenant,$User,$Chat" }) {
    try { & '$Examples/runbook.ps1' @with $Cloud } catch { "`$(`$_.FullyQualifiedErrorId)" }
}
"stored: `$global:Stored"
"@
        $lines = $run.Output.Trim() -split '\r?\n'
        $lines[0, 1] | Should -Be 'Specify either TargetPath or TargetText.', 'Specify either TargetPath or TargetText.'
        $lines[2] | Should -Match '^SignInRefreshToken\w+,Connect-ChatAccess$'
        $lines[3] | Should -Be 'stored: not-a-token'
    }

    It 'stores the token even if a removal fails, and reports the failure as an error of the job' {
        $null = Invoke-Sandbox chats -Body @{ missing = @((New-Target 1).ThreadId) }
        Set-Target $csv
        $run = Invoke-FreshPowerShell @"
$Common
$Automation
`$global:Stored = '$stored'
`$output = & '$Examples/runbook.ps1' -TargetPath '$csv' $Cloud -ErrorVariable failed 2> `$null
"`$(`$output.Status)"
"`$(`$failed.FullyQualifiedErrorId)"
"new token: `$(`$global:Stored -ne '$stored')"
"@
        $run.Output.Trim() -split '\r?\n' | Should -Be 'NotFound Removed', 'RemovalNotFound,Remove-ChatAccessForUser', 'new token: True'
    }

    It 'has parameters that Azure Automation can pass' {
        $common = [Management.Automation.Cmdlet]::CommonParameters
        foreach ($one in (Get-Command "$Examples/runbook.ps1").Parameters.Values | Where-Object Name -NotIn $common) {
            $one.ParameterType | Should -Be ([string]) -Because $one.Name
        }
    }
}

Describe 'examples/scheduled-task.ps1' {
    BeforeAll {
        # The commands of SecretManagement, with a vault in a file.
        $script:Vault = @'
function Get-Secret { param($Name) Import-Clixml "$env:VAULT/$Name.xml" }
function Set-Secret { param($Name, [securestring] $SecureStringSecret) $SecureStringSecret | Export-Clixml "$env:VAULT/$Name.xml" }
'@
    }

    BeforeEach {
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        $null = New-Item $folder -ItemType Directory
        $stored = Get-StoredToken
        $script = @"
$Common
`$env:VAULT = '$TestDrive'
$Vault
& '$Examples/scheduled-task.ps1' -Folder '$folder' -TenantId $Tenant $Cloud
exit `$LASTEXITCODE
"@
        ConvertTo-SecureString $stored -AsPlainText -Force | Export-Clixml "$TestDrive/ChatAccessRefreshToken.xml"
    }

    AfterEach { Reset-Sandbox }

    It 'removes the access of all files once, stores the new token and writes the outcomes' {
        Set-Target "$folder/one.csv"
        $run = Invoke-FreshPowerShell $script
        $run.ExitCode | Should -Be 0 -Because $run.Output
        Get-PlainText (Import-Clixml "$TestDrive/ChatAccessRefreshToken.xml") | Should -Not -Be $stored
        (Import-Csv "$folder/outcomes.csv").Status | Should -Be 'Removed', 'Removed'
        # The next day.
        Set-Target "$folder/two.csv" -Count 3
        $run = Invoke-FreshPowerShell $script
        $run.ExitCode | Should -Be 0 -Because $run.Output
        (Import-Csv "$folder/outcomes.csv" | Where-Object Status -EQ Removed).Count | Should -Be 1
        (Invoke-Sandbox applied).applied.Count | Should -Be 3
    }

    It 'exits with 1 if a removal is not confirmed' {
        $null = Invoke-Sandbox chats -Body @{ missing = @((New-Target 1).ThreadId) }
        Set-Target "$folder/one.csv"
        (Invoke-FreshPowerShell $script).ExitCode | Should -Be 1
        (Import-Csv "$folder/outcomes.csv").Status | Should -Contain 'NotFound'
    }

    It 'exits with 2 and the reason if it can not sign in' {
        Set-Target "$folder/one.csv"
        ConvertTo-SecureString 'not-a-token' -AsPlainText -Force | Export-Clixml "$TestDrive/ChatAccessRefreshToken.xml"
        $run = Invoke-FreshPowerShell $script
        $run.ExitCode | Should -Be 2
        $run.Output | Should -Match '^SignInRefreshToken\w+,Connect-ChatAccess: '
        (Invoke-Sandbox applied).applied | Should -BeNullOrEmpty
    }
}

Describe 'examples/ci.ps1' {
    BeforeEach {
        $stored = Get-StoredToken
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        $null = New-Item $folder -ItemType Directory
        Set-Target "$folder/targets.csv"
        # The command of GitHub that stores a secret, which it reads from its standard input.
        $script = @"
$Common
Set-Location '$folder'
function gh { `$input | Set-Content '$folder/stored'; "gh `$args" }
`$env:CHATACCESS_REFRESH_TOKEN = '$stored'
`$env:GITHUB_STEP_SUMMARY = '$folder/summary.md'
`$env:GH_TOKEN = 'GITHUB_TOKEN'
& '$Examples/ci.ps1' -TargetPath targets.csv $Cloud
exit `$LASTEXITCODE
"@
    }

    AfterEach { Reset-Sandbox }

    It 'removes the access, stores the new token and writes a summary' {
        $run = Invoke-FreshPowerShell $script
        $run.ExitCode | Should -Be 0 -Because $run.Output
        $run.Output | Should -Match 'gh secret set CHATACCESS_REFRESH_TOKEN'
        $run.Output | Should -Match 'Removed: 2'
        $new = Get-Content "$folder/stored"
        $new | Should -Not -Be $stored
        foreach ($secret in $stored, $new) { $run.Output | Should -Not -Match ([regex]::Escape($secret)) }
        Get-Content "$folder/summary.md" | Should -Contain '| Removed | 2 |'
        (Import-Csv "$folder/outcomes.csv").Status | Should -Be 'Removed', 'Removed'
        "$folder/removals.jsonl" | Should -Exist
    }

    It 'works without a token of GitHub, and exits with 1 if a removal is not confirmed' {
        $null = Invoke-Sandbox chats -Body @{ missing = @((New-Target 1).ThreadId) }
        $run = Invoke-FreshPowerShell ($script -replace 'GITHUB_TOKEN')
        $run.ExitCode | Should -Be 1
        $run.Output | Should -Match 'not stored: GH_TOKEN is empty'
        $run.Output | Should -Match "NotFound: $User in 19:"
    }

    It 'is run by examples/github-actions.yml with parameters that it has' {
        $workflow = Get-Content "$Examples/github-actions.yml" -Raw
        $command = [regex]::Match($workflow, '(?m)^ +run: (\./ci\.ps1 .+)$').Groups[1].Value
        $call = [Management.Automation.Language.Parser]::ParseInput($command, [ref] $null, [ref] $null).EndBlock.Statements[0].PipelineElements[0]
        $names = ($call.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] }).ParameterName
        $names.Count | Should -BeGreaterThan 1
        foreach ($name in $names) { (Get-Command "$Examples/ci.ps1").Parameters.Keys | Should -Contain $name }
        # Every action is pinned by its commit.
        [regex]::Matches($workflow, 'uses: \S+').Value | Should -Match '@[0-9a-f]{40}$'
    }
}

Describe 'examples/respond.ps1' {
    BeforeAll {
        $script:Export = "$Examples/audit-export.csv"
    }

    BeforeEach {
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'Chat.ReadWrite.All User.ReadBasic.All' }) @Endpoints
    }

    AfterEach {
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'searches, reports, removes what is resolved and keeps the outcomes, once' {
        $text = & "$Examples/respond.ps1" -ExternalDomain it-support.example -Path $Export -Folder $folder -Confirm:$false 2> $null | Out-String
        $ready = [int] [regex]::Match($text, '(\d+) removals are ready\. \d+ targets are unresolved').Groups[1].Value
        $ready | Should -BeGreaterThan 0
        (Invoke-Sandbox applied).applied.Count | Should -Be $ready
        foreach ($file in 'report.html', 'removals.jsonl', 'outcomes.csv') { "$folder/$file" | Should -Exist }
        $requests = (Get-SandboxRequest).Count
        $null = & "$Examples/respond.ps1" -ExternalDomain it-support.example -Path $Export -Folder $folder -Confirm:$false 2> $null
        (Get-SandboxRequest).Count | Should -Be $requests
    }

    It 'removes nothing with -WhatIf, and writes the report' {
        $null = & "$Examples/respond.ps1" -ExternalDomain it-support.example -Path $Export -Folder $folder -WhatIf
        "$folder/report.html" | Should -Exist
        Get-SandboxRequest | Should -BeNullOrEmpty
    }

    It 'stops before it searches if a check fails' {
        Disconnect-ChatAccess
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'User.Read' }) @Endpoints
        { & "$Examples/respond.ps1" -ExternalDomain it-support.example -Path $Export -Folder $folder -Confirm:$false 6> $null | Out-Null } | Should -Throw '*checks failed, so nothing was searched*'
        $folder | Should -Not -Exist
    }
}

Describe 'Two jobs in one process' {
    BeforeAll {
        # Azure Automation runs several jobs of an account in one process, each in a runspace.
        function Open-Job {
            param([string] $Name)
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Import-Module '$ModulePath'")
            $null = $shell.AddScript("Connect-ChatAccess -AccessToken (ConvertTo-SecureString '$(New-Token @{ upn = $Name })' -AsPlainText -Force) -GraphEndpoint $Sandbox")
            $null = $shell.Invoke()
            $shell.Commands.Clear()
            $shell
        }

        function Invoke-Job {
            param([powershell] $Shell, [string] $Script)
            $Shell.Commands.Clear()
            $Shell.Streams.ClearStreams()
            $Shell.AddScript($Script).Invoke()
        }
    }

    AfterEach { Reset-Sandbox }

    It 'never see the session of the other' {
        $ann, $ben = (Open-Job 'ann@contoso.example'), (Open-Job 'ben@contoso.example')
        try {
            (Invoke-Job $ann 'Get-ChatAccessContext').Account | Should -Be 'ann@contoso.example'
            (Invoke-Job $ben 'Get-ChatAccessContext').Account | Should -Be 'ben@contoso.example'
            # A third job has no account.
            Invoke-Job ([powershell]::Create()) "Import-Module '$ModulePath'; Get-ChatAccessContext" | Should -BeNullOrEmpty
            # The end of one, and its Disconnect-ChatAccess, leave the other alone.
            $null = Invoke-Job $ann 'Disconnect-ChatAccess; Remove-Module ChatAccess'
            $ann.Dispose()
            (Invoke-Job $ben "[pscustomobject] @{ TenantId = '$Tenant'; UserId = '$User'; ThreadId = '$Chat' } | Remove-ChatAccessForUser").Status | Should -Be 'Removed'
        } finally {
            $ben.Dispose()
        }
    }

    It 'send each removal as the account of its own job, also at the same time' {
        $jobs = foreach ($name in 'ann', 'ben') {
            $token = New-Token @{ upn = "$name@contoso.example"; oid = [guid]::NewGuid() }
            Start-ThreadJob -ArgumentList $ModulePath, $token, $Sandbox, $Tenant, $User, $name {
                param($Module, $Token, $Graph, $Tenant, $User, $Name)
                Import-Module $Module
                Connect-ChatAccess -AccessToken (ConvertTo-SecureString $Token -AsPlainText -Force) -GraphEndpoint $Graph
                $outcomes = 1..20 | ForEach-Object { [pscustomobject] @{ TenantId = $Tenant; UserId = $User; ThreadId = '19:{0}{1:x30}@thread.v2' -f $(if ($Name -eq 'ann') { 'aa' } else { 'bb' }), $_ } } |
                    Remove-ChatAccessForUser -RequestsPerSecond 1000
                [pscustomobject] @{ Account = (Get-ChatAccessContext).Account; Removed = @($outcomes | Where-Object Status -EQ Removed).Count }
            }
        }
        $results = $jobs | Receive-Job -Wait -AutoRemoveJob
        $results.Account | Sort-Object | Should -Be 'ann@contoso.example', 'ben@contoso.example'
        $results.Removed | Should -Be 20, 20
        # The tokens of the requests belong to the chats of their job.
        $accounts = @{}
        foreach ($request in Get-SandboxRequest) {
            $null = $request.target -match '19(%3A|:)(?<job>aa|bb)'
            $accounts[$Matches.job] = @($accounts[$Matches.job]) + $request.account | Where-Object { $_ } | Select-Object -Unique
        }
        @($accounts.aa).Count | Should -Be 1
        @($accounts.bb).Count | Should -Be 1
        $accounts.aa | Should -Not -Be $accounts.bb
    }
}
