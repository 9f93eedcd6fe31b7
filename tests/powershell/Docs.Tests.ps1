# Runs every PowerShell example of the README, the docs and the help, as a reader would, against the
# sandbox. Stand-ins take the place of a person, of a vault and of other modules.

BeforeDiscovery {
    $root = (Resolve-Path "$PSScriptRoot/../..").ProviderPath
    # Each example: where it is, and its code.
    $examples = [Collections.Generic.List[hashtable]]::new()

    foreach ($page in @("$root/README.md", "$root/CONTRIBUTING.md") + (Get-ChildItem "$root/docs" -Filter *.md | ForEach-Object FullName)) {
        $name = [IO.Path]::GetRelativePath($root, $page)
        $lines = @(Get-Content -LiteralPath $page)
        for ($at = 0; $at -lt $lines.Count; $at++) {
            if ($lines[$at] -notmatch '^\s*```powershell\s*$') { continue }
            $start = $at + 1
            while ($lines[$at + 1] -notmatch '^\s*```\s*$') { $at++ }
            $examples.Add(@{ Where = "${name}:$start"; Code = $lines[$start..$at] -join "`n" })
        }
    }
    foreach ($file in @(Get-ChildItem "$root/powershell/ChatAccess/Public" -Filter *.ps1) + @(Get-Item "$root/powershell/RemoveAllAccessForUser.ps1") + @(Get-ChildItem "$root/examples" -Filter *.ps1)) {
        $number = 0
        # The code of an example is its lines with a prompt.
        foreach ($part in @([IO.File]::ReadAllText($file.FullName) -split '(?m)^\s*\.EXAMPLE\s*$' | Select-Object -Skip 1)) {
            $number++
            $code = [regex]::Matches(($part -split '(?m)^\s*(\.[A-Z]+|#>)')[0], '(?m)^\s*PS> (.+?)\r?$') | ForEach-Object { $_.Groups[1].Value }
            $examples.Add(@{ Where = "$($file.BaseName), example $number"; Code = $code -join "`n" })
        }
        # The code in the description of a script is indented.
        if ($file.Directory.Name -eq 'examples' -and [IO.File]::ReadAllText($file.FullName) -match '(?s)\.DESCRIPTION(.+?)\r?\n\.PARAMETER') {
            $number = 0
            foreach ($block in [regex]::Matches($Matches[1], '(?m)(^    \S.*\r?\n(^ {5,}\S.*\r?\n)*)+')) {
                $number++
                $examples.Add(@{ Where = "$($file.BaseName), set-up $number"; Code = $block.Value -replace '(?m)^    ' })
            }
        }
    }
    foreach ($topic in Get-ChildItem "$root/powershell/ChatAccess/en-US" -Filter about_*.txt) {
        $number = 0
        foreach ($block in [regex]::Matches([IO.File]::ReadAllText($topic.FullName), '(?m)(^ {8}\S.*\r?\n(^ {9,}\S.*\r?\n)*)+')) {
            $number++
            $examples.Add(@{ Where = "$($topic.Name -replace '\.help\.txt'), block $number"; Code = $block.Value -replace '(?m)^ {8}' })
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/records.ps1"
    $script:Root = (Resolve-Path "$PSScriptRoot/../..").ProviderPath

    # Commands of other modules and programs that an example may call, with the reason why a stand-in
    # takes their place. The stand-ins accept any parameter, so that only their names are checked.
    $script:Others = @{
        'Get-Secret'                               = 'a vault of SecretManagement'
        'Set-Secret'                               = 'a vault of SecretManagement'
        'Register-SecretVault'                     = 'a vault of SecretManagement'
        'Set-SecretStoreConfiguration'             = 'a vault of SecretManagement'
        'Read-Host'                                = 'asks a person'
        'Set-Clipboard'                            = 'a desktop'
        'Install-Module'                           = 'the PowerShell Gallery'
        'Expand-Archive'                           = 'the package is not built in this test; package-module has tests of its own'
        'Connect-MgGraph'                          = 'Microsoft.Graph'
        'Get-MgSecurityIncident'                   = 'Microsoft.Graph'
        'Search-UnifiedAuditLog'                   = 'Exchange Online'
        'Connect-MicrosoftTeams'                   = 'MicrosoftTeams'
        'Set-CsTeamsExternalAccessConfiguration'   = 'MicrosoftTeams'
        'New-CsEdgeDomainPattern'                  = 'MicrosoftTeams'
        'Set-CsTenantFederationConfiguration'      = 'MicrosoftTeams'
        'New-AzAutomationVariable'                 = 'Azure'
        'Start-AzAutomationRunbook'                = 'Azure'
        'New-ScheduledTaskAction'                  = 'Windows'
        'New-ScheduledTaskTrigger'                 = 'Windows'
        'Register-ScheduledTask'                   = 'Windows'
        'gh'                                       = 'GitHub'
    }
    # Errors that an example may write, because it shows the row of a target that is unresolved, or
    # because it stands for a session in which there was an error.
    $script:Allowed = 'RemovalInvalid,Remove-ChatAccessForUser'

    # Returns the calls of commands in code.
    function Get-CalledCommand {
        param([Management.Automation.Language.Ast] $Ast)
        $Ast.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)
    }

    # Runs code as the console of a reader: the files, variables and settings that the texts assume.
    function Invoke-Example {
        param([string] $Code)
        $PSDefaultParameterValues = @{
            'Connect-ChatAccess:GraphEndpoint'           = $Sandbox
            'Connect-ChatAccess:AuthorityHost'           = $Sandbox
            'Test-ChatAccess:GraphEndpoint'              = $Sandbox
            'Test-ChatAccess:AuthorityHost'              = $Sandbox
            'RemoveAllAccessForUser.ps1:GraphEndpoint'   = $Sandbox
            'RemoveAllAccessForUser.ps1:AuthorityHost'   = $Sandbox
            'Remove-ChatAccessForUser:RequestsPerSecond' = 1000
        }
        $tenant, $user, $thread, $chat = $Tenant, $User, $Chat, $Chat
        # Some help names a table of parameters $chat.
        if ($Code -match '@chat\b') { $chat = @{ TenantId = $Tenant; UserId = $User; ThreadId = $thread } }
        $token = if ($Code -match 'DiscoveryToken') { New-SecureToken @{ scp = $null; idtyp = 'app'; roles = @('Chat.ReadBasic.All') } } else { New-SecureToken }
        $search = @{ RecordType = 'MicrosoftTeams' }
        $first, $second = 1..2 | ForEach-Object { Connect-ChatAccess -AccessToken (New-SecureToken) -PassThru }
        $case = $first, $second, $search, $token, $tenant, $user, $thread, $chat
        $null = $case
        # The account of a session in which the reader has signed in.
        if ($Code -notmatch '^Connect-ChatAccess') {
            Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'Chat.ReadWrite.All AuditLogsQuery.Read.All ThreatHunting.Read.All SecurityIncident.Read.All SecurityAlert.Read.All User.ReadBasic.All Application.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All' })
        }
        if ($Code -match 'Export-ChatAccessToken' -and $Code -notmatch 'Connect-ChatAccess') { Connect-ByDeviceCode }
        $targets = Find-ChatAccess AuditLog_1.csv -WarningAction SilentlyContinue
        $null = $targets
        . ([scriptblock]::Create($Code))
    }
}

Describe 'The example' {
    BeforeAll {
        InModuleScope ChatAccess { Initialize-ChatAccess }
        # A person signs in at once, with a code instead of the browser.
        Mock Get-SignInMethod -ModuleName ChatAccess { 'device_code' }
        Mock Get-NonInteractiveReason -ModuleName ChatAccess { }
        Mock Get-MgGraphToken -ModuleName ChatAccess { New-SecureToken }
        Connect-ByDeviceCode
        $script:Vault = Export-ChatAccessToken
        Disconnect-ChatAccess

        # Its import would replace the stand-in.
        Import-Module Microsoft.PowerShell.Archive
        foreach ($name in $Others.Keys) { Set-Item "function:global:$name" { } }
        function global:Get-Secret { if ($args -match 'Discovery') { New-SecureToken @{ scp = $null; idtyp = 'app'; roles = @('Chat.ReadBasic.All') } } else { $script:Vault } }
        function global:Read-Host { New-SecureToken }
        function global:Get-MgSecurityIncident { [pscustomobject] @{ Id = '2931'; Alerts = @((New-Alert 1), (New-Alert 2)) } }
        function global:Search-UnifiedAuditLog { 1..3 | ForEach-Object { [pscustomobject] @{ AuditData = (New-Record $_ | ConvertTo-Json -Depth 9 -Compress) } } }
        # A removal that failed, for the examples that show the last error.
        $global:Error.Clear()
    }

    BeforeEach {
        $folder = Join-Path $TestDrive ([guid]::NewGuid())
        $null = New-Item $folder -ItemType Directory
        # The names that the texts use. The folders of a clone are reachable too.
        foreach ($name in 'AuditLog_1.csv', 'AuditLog_2.csv', 'MessageEvents.csv') { Copy-Item "$Root/examples/audit-export.csv" "$folder/$name" }
        foreach ($name in 'examples', 'powershell') { $null = New-Item -ItemType SymbolicLink -Path "$folder/$name" -Target "$Root/$name" }
        foreach ($name in 'RemoveAllAccessForUser.ps1', 'respond.ps1') {
            $from = Get-ChildItem "$Root/powershell", "$Root/examples" -Filter $name
            Copy-Item $from.FullName $folder
        }
        Compress-Archive "$folder/AuditLog_1.csv" "$folder/exports.zip"
        1..3 | ForEach-Object { New-Target $_ } | Export-Csv "$folder/targets.csv" -NoTypeInformation
        foreach ($name in 'removals', 'case', 'run') { '{"chat_access_journal":1,"created":"2026-11-22T09:00:00.000Z"}' | Set-Content "$folder/$name.jsonl" }
        $null = Invoke-Sandbox audit_log -Body @{ records = @((New-Record 1), (New-Record 2)); polls = 0 }
        $message = @{
            Timestamp          = [datetime]::UtcNow.AddHours(-1).ToString('o'); TeamsMessageId = '1'; IsExternalThread = $true
            SenderEmailAddress = 'helpdesk@it-support.example'; SenderObjectId = $eve; ThreadId = '19:{0:x32}@thread.v2' -f 1
            RecipientDetails   = @(@{ RecipientSmtpAddress = 'ann@contoso.com'; RecipientObjectId = New-UserId 1 })
        }
        $null = Invoke-Sandbox alerts -Body @{ incidents = @(@{ id = '2931'; alerts = @((New-Alert 1), (New-Alert 2)) }); alerts = @() }
        $null = Invoke-Sandbox hunting -Body @{ tables = @{ MessageEvents = @($message); CloudAppEvents = @() } }
        Push-Location $folder
    }

    AfterEach {
        $global:ErrorActionPreference = 'Stop'
        Remove-Item Env:HTTPS_PROXY -ErrorAction Ignore
        Pop-Location
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    AfterAll {
        foreach ($name in $Others.Keys) { Remove-Item "function:global:$name" }
    }

    It 'runs: <Where>' -ForEach $examples {
        $Code | Should -Not -BeNullOrEmpty
        # A clone or a package: the module under test.
        $Code = $Code -replace 'Import-Module \./\S+', 'Get-Module ChatAccess | Out-Null'
        $errors = $null
        $ast = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        foreach ($call in Get-CalledCommand $ast) {
            $name = $call.GetCommandName()
            if (-not $name) { continue }
            Get-Command $name -ErrorAction Ignore | Should -Not -BeNullOrEmpty -Because "'$name' must exist, or be one of the stand-ins of this file"
        }
        if ($Code -match '\$Error\[0\]') { try { Disconnect-ChatAccess; Get-ChildItem "$folder/none" -ErrorAction Stop } catch { $null = $_ } }
        $failed = [Collections.Generic.List[object]]::new()
        # As in a console. run.ps1 sets it to 'Stop'.
        $global:ErrorActionPreference = 'Continue'
        Invoke-Example $Code *>&1 | ForEach-Object { if ($_ -is [Management.Automation.ErrorRecord] -and $_.FullyQualifiedErrorId -notin $Allowed) { $failed.Add("$($_.FullyQualifiedErrorId): $_") } }
        $failed | Should -BeNullOrEmpty
    }

    It 'names only files that exist: <_>' -ForEach @(
        Get-ChildItem "$PSScriptRoot/../../docs", "$PSScriptRoot/../.." -Filter *.md | ForEach-Object FullName | Resolve-Path -Relative -RelativeBasePath "$PSScriptRoot/../.."
    ) {
        $page = Get-Item "$PSScriptRoot/../../$_"
        foreach ($link in [regex]::Matches((Get-Content -LiteralPath $page.FullName -Raw), '\]\((?!https?:)([^)#]*)(#[^)]+)?\)')) {
            $target = if ($link.Groups[1].Value) { Join-Path $page.Directory.FullName $link.Groups[1].Value } else { $page.FullName }
            $target | Should -Exist
            $anchor = $link.Groups[2].Value.TrimStart('#')
            if ($anchor) {
                # As GitHub names the headings of a page.
                $anchors = Get-Content -LiteralPath $target | Where-Object { $_ -match '^#+ ' } | ForEach-Object { ($_ -replace '^#+ ').ToLowerInvariant() -replace '[^\w\- ]' -replace ' ', '-' }
                $anchors | Should -Contain $anchor -Because $link.Value
            }
        }
    }
}

Describe 'docs/run.svg' {
    AfterEach {
        Pop-Location
        Disconnect-ChatAccess
        Reset-Sandbox
    }

    It 'shows what this version prints. To draw it again, set UPDATE_PICTURE' {
        . "$PSScriptRoot/picture.ps1"
        $null = New-Item "$TestDrive/picture" -ItemType Directory
        Push-Location "$TestDrive/picture"
        Copy-Item "$Root/examples/audit-export.csv" './AuditLog_1.csv'
        $null = Invoke-Sandbox users -Body @{
            users = @(
                @{ id = '91c4e0d7-2f5a-4b36-8d79-c60a1b3e5f24'; userPrincipalName = 'ben@contoso.example' }
                @{ id = '5b8e1c63-0d97-42fa-a6e4-7c93f2d1b085'; userPrincipalName = 'dan@contoso.example' })
        }
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'Chat.ReadWrite.All User.ReadBasic.All' }) @Endpoints
        $lines = Get-ConsoleLine -Width 80 -Command @(
            '$search = @{ ExternalDomain = ''it-support.example''; ResolveUser = $true }'
            '$targets = Find-ChatAccess AuditLog_*.csv @search'
            '$targets'
            '$targets | Remove-ChatAccessForUser -JournalPath removals.jsonl'
            '$targets | Remove-ChatAccessForUser -JournalPath removals.jsonl  # again'
        )
        $svg = (ConvertTo-Svg -Line $lines -Width 80) + "`n"
        $null = [xml] $svg
        if ($env:UPDATE_PICTURE) { [IO.File]::WriteAllText("$Root/docs/run.svg", $svg) }
        [IO.File]::ReadAllText("$Root/docs/run.svg") | Should -Be $svg
        # The run in the picture removed the access.
        (Invoke-Sandbox applied).applied.Count | Should -BeGreaterThan 1
    }
}
