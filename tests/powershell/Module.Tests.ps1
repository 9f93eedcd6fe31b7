BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'The module' {
    It 'has a manifest that is valid in both editions of PowerShell' {
        $manifest = Test-ModuleManifest "$ModulePath/ChatAccess.psd1"
        $manifest.CompatiblePSEditions | Should -Be 'Desktop', 'Core'
        $manifest.PowerShellVersion | Should -Be '5.1'
    }

    It 'names its project, license and release notes in the manifest' {
        $manifest = Test-ModuleManifest "$ModulePath/ChatAccess.psd1"
        $manifest.Description | Should -Not -BeNullOrEmpty
        $project = $manifest.ProjectUri.AbsoluteUri
        $project | Should -Match '^https://'
        # Both are files of the repository.
        foreach ($uri in $manifest.LicenseUri.AbsoluteUri, $manifest.PrivateData.PSData.ReleaseNotes) {
            $uri | Should -Match "^$([regex]::Escape($project))/blob/main/(?<file>.+)"
            "$PSScriptRoot/../../$($Matches.file)" | Should -Exist
        }
    }

    It 'exports its commands and nothing else' {
        $public = Get-ChildItem "$PSScriptRoot/../../powershell/ChatAccess/Public" | ForEach-Object BaseName
        (Get-Command -Module ChatAccess).Name | Sort-Object | Should -Be ($public | Sort-Object)
        (Get-Module ChatAccess).ExportedAliases.Count + (Get-Module ChatAccess).ExportedVariables.Count | Should -Be 0
    }

    It 'has one function per file, with the name of the file' {
        $source = "$PSScriptRoot/../../powershell/ChatAccess"
        foreach ($file in Get-ChildItem "$source/Public", "$source/Private" -Filter *.ps1) {
            $script = [Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $null)
            $functions = @($script.EndBlock.Statements | Where-Object { $_ -is [Management.Automation.Language.FunctionDefinitionAst] })
            if ($file.BaseName -eq 'NativeStatus') {
                # Holds the status codes of the native library, and no function.
                $functions | Should -BeNullOrEmpty
            } else {
                $functions.Name -replace '^script:' | Should -Be $file.BaseName
            }
        }
    }

    It 'has clean blocks in PowerShell 7.3 and later, in commands that are the same otherwise' {
        $parser = [Management.Automation.Language.Parser]
        $root = $parser::ParseFile("$ModulePath/ChatAccess.psm1", [ref] $null, [ref] $null)
        $other = $parser::ParseFile("$ModulePath/NoCleanBlock.ps1", [ref] $null, [ref] $null)
        foreach ($name in 'Find-ChatAccess', 'Remove-ChatAccessForUser') {
            $body = (Get-Command $name).ScriptBlock.Ast.Body
            $body.CleanBlock.Extent.Text | Should -BeLike 'clean {*Stop-NativeRun $run*}'
            $older = $other.Find({ param($node) $node -is [Management.Automation.Language.FunctionDefinitionAst] -and $node.Name -eq $name }, $false).Body
            $older.CleanBlock | Should -BeNullOrEmpty
            foreach ($part in 'ParamBlock', 'BeginBlock', 'ProcessBlock', 'EndBlock') { $body.$part.Extent.Text | Should -Be $older.$part.Extent.Text }
            (Get-Help $name).description.Text | Should -Not -BeNullOrEmpty
        }
        # Other versions must not parse the file.
        "$root" | Should -Match "PSVersion -ge \[version\] '7\.3'\) \{[^}]+CleanBlock\.ps1"
    }

    It 'runs under strict mode and with functions and aliases that have the names of cmdlets' {
        $run = Invoke-FreshPowerShell @"
`$env:CHATACCESS_TEST_SANDBOX = '$Sandbox'
. '$PSScriptRoot/common.ps1'
`$token = New-SecureToken
`$targets = 1..3 | ForEach-Object { New-Target `$_ }
foreach (`$name in (Get-Command -CommandType Cmdlet).Name) {
    if (`$name -ne 'Set-StrictMode') { `$null = `$ExecutionContext.InvokeProvider.Item.Set("function:global:`$name", { throw "shadowed: `$(`$MyInvocation.MyCommand)" }) }
}
Set-StrictMode -Version Latest
Connect-ChatAccess -AccessToken `$token -GraphEndpoint '$Sandbox'
`$found = Find-ChatAccess '$PSScriptRoot/../cases/base.csv'
"`$(@(`$found).Count) targets"
`$outcomes = `$targets | Remove-ChatAccessForUser -RequestsPerSecond 1000
"`$(`$outcomes.Status)"
(Get-ChatAccessContext).Account
Disconnect-ChatAccess
"@
        $run.Output.Trim() -split '\r?\n' | Should -Be '3 targets', 'Removed Removed Removed', 'admin@contoso.example'
        Reset-Sandbox
    }

    It 'calls other commands than its own by their module' {
        $source = "$PSScriptRoot/../../powershell/ChatAccess"
        $own = (Get-ChildItem "$source/Public", "$source/Private" -Filter *.ps1).BaseName + 'Initialize-ChatAccess'
        $calls = foreach ($file in Get-ChildItem $source -Recurse -Include *.ps1, *.psm1) {
            $script = [Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $null)
            foreach ($call in $script.FindAll({ param($node) $node -is [Management.Automation.Language.CommandAst] }, $true)) {
                $name = $call.GetCommandName()
                if ($name -and $name -notin $own) { $name }
            }
        }
        # A file and a module-qualified name can't be shadowed.
        $calls | Where-Object { $_ -notmatch '^(Microsoft\.[A-Za-z.]+\\[A-Za-z-]+|\$PSScriptRoot/.+)$' } | Select-Object -Unique | Should -BeNullOrEmpty
    }

    It 'loads neither its library nor another module when it is imported' {
        $run = Invoke-FreshPowerShell @'
Import-Module $env:CHATACCESS_TEST_MODULE
(Get-Module).Name -join ','
[AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -contains 'ChatAccess.Native'
'@
        $run.Output.Trim() -split '\r?\n' | Should -Be 'ChatAccess', 'False'
    }

    It 'offers values and not file names for <Text>' -ForEach @(
        @{ Text = 'Connect-ChatAccess -Environment '; Offers = 'Global', 'USGov', 'USGovDoD' }
        @{ Text = 'Connect-ChatAccess -Scope Aud'; Offers = 'AuditLogsQuery.Read.All' }
        @{ Text = 'Find-ChatAccess -Operation Chat'; Offers = 'ChatCreated', 'Chats' }
        @{ Text = 'Remove-ChatAccessForUser -Context '; Offers = '$admin', '(Get-ChatAccessContext)' }
        @{ Text = 'Disconnect-ChatAccess -Context '; Offers = '$admin', '(Get-ChatAccessContext)' }
    ) {
        $global:admin = Connect-ChatAccess -AccessToken (New-SecureToken) -GraphEndpoint $Sandbox -PassThru
        try {
            (TabExpansion2 $Text $Text.Length).CompletionMatches.CompletionText | Should -Be $Offers
        } finally {
            $admin | Disconnect-ChatAccess
            Remove-Variable admin -Scope Global
        }
    }

    It 'offers the properties of <Command> to Where-Object before any command ran' -ForEach @(
        @{ Command = 'Find-ChatAccess x.csv'; Type = 'Target' }
        @{ Command = 'Remove-ChatAccessForUser x y'; Type = 'RemovalOutcome' }
    ) {
        $run = Invoke-FreshPowerShell @"
Import-Module `$env:CHATACCESS_TEST_MODULE
`$text = '$Command | Where-Object '
(TabExpansion2 `$text `$text.Length).CompletionMatches.CompletionText -join ' '
"@
        $fields = & (Get-Module ChatAccess) { Initialize-ChatAccess; Get-ResultField -List ([string[]]) }
        $run.Output.Trim() -split ' ' | Sort-Object | Should -Be ($fields[$Type].Keys | Sort-Object)
    }

    It 'says in one sentence what it needs in Constrained Language Mode' {
        $state = [initialsessionstate]::CreateDefault()
        $state.LanguageMode = 'ConstrainedLanguage'
        foreach ($script in "Import-Module '$ModulePath'", "`$env:PSModulePath = '$(Split-Path $ModulePath)'; Find-ChatAccess x.csv") {
            $shell = [powershell]::Create($state)
            $failed = try { $null = $shell.AddScript($script).Invoke(); $shell.Streams.Error } catch { $_.Exception.InnerException.ErrorRecord }
            @($failed).Count | Should -Be 1
            "$failed" | Should -BeLike "*can't run in ConstrainedLanguage mode*trusted scripts*signed*policy.*"
            $shell.Dispose()
        }
    }

    It 'can be imported repeatedly and removed' {
        $run = Invoke-FreshPowerShell @'
1..3 | ForEach-Object { Import-Module $env:CHATACCESS_TEST_MODULE -Force; try { Connect-ChatAccess -AccessToken (ConvertTo-SecureString 'a.b.c' -AsPlainText -Force) -Environment Mars } catch { $_.FullyQualifiedErrorId } }
Remove-Module ChatAccess
'done'
'@
        $run.Output.Trim() -split '\r?\n' | Select-Object -Unique | Should -Be 'InvalidEnvironment,Connect-ChatAccess', 'done'
    }
}

Describe 'The scripts' {
    It 'have only syntax and characters that Windows PowerShell 5.1 reads: <_>' -ForEach (
        Get-ChildItem "$PSScriptRoot/../../powershell" -Recurse -Include *.ps1, *.psm1, *.psd1 | Resolve-Path -Relative -RelativeBasePath "$PSScriptRoot/../.."
    ) {
        $path = "$PSScriptRoot/../../$_"
        # Without a byte order mark, Windows PowerShell reads a file in the system's code page.
        [IO.File]::ReadAllText($path) | Should -Not -Match '[^\x00-\x7F]'
        $errors = $null
        $script = [Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        $newer = $script.FindAll({
                param($node)
                $node.GetType().Name -in 'TernaryExpressionAst', 'PipelineChainAst' -or
                $node.CleanBlock -or $node.NullConditional -or $node.Background -or
                "$($node.Operator)" -in 'QuestionQuestion', 'QuestionQuestionEquals'
            }, $true)
        if ($_ -notlike '*CleanBlock.ps1') {
            $newer | Should -BeNullOrEmpty
        }
    }
}

Describe 'The help of <_>' -ForEach (Get-ChildItem "$PSScriptRoot/../../powershell/ChatAccess/Public" | ForEach-Object BaseName) {
    BeforeAll {
        $help = Get-Help $_ -Full
        $command = Get-Command $_
    }

    It 'has a synopsis, a description and the output' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match ([regex]::Escape($command.Name))
        $help.description.Text | Should -Not -BeNullOrEmpty
        $help.returnValues | Should -Not -BeNullOrEmpty
    }

    It 'fits into 80 columns' {
        # Get-Help keeps the lines of the source, indents them, and cuts long ones in the middle of a word.
        $lines = @($help.Synopsis) + (@($help.description.Text) + @($help.parameters.parameter.description.Text) +
            @($help.returnValues.returnValue.type.name) + @($help.examples.example.code) + @($help.examples.example.remarks.Text)) -split '\r?\n'
        $lines | Where-Object Length -GT 72 | Should -BeNullOrEmpty
        # Get-Help indents parameters by 8 columns, and leaves the last column of the window empty.
        @($help.parameters.parameter.description.Text) -split '\r?\n' | Where-Object Length -GT 71 | Should -BeNullOrEmpty
    }

    It 'describes every parameter' {
        $common = [Management.Automation.Cmdlet]::CommonParameters
        foreach ($name in $command.Parameters.Keys | Where-Object { $_ -notin $common -and -not $command.Parameters[$_].Attributes.DontShow }) {
            $parameter = $help.parameters.parameter | Where-Object name -EQ $name
            $parameter.description.Text | Should -Not -BeNullOrEmpty -Because "-$name needs a description"
        }
    }

    It 'explains each of at least two examples' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        foreach ($example in $help.examples.example) {
            ($example.remarks.Text -join '').Trim() | Should -Match '\.$'
        }
    }
}

Describe 'The module in a clone of the repository' {
    BeforeAll {
        $built = Get-ChildItem "$ModulePath/bin" -Recurse -File
        # The file name that cargo gives it.
        $cargoName = if ($IsWindows) { $built.Name } else { "lib$($built.Name)" }
        $connect = "try { Connect-ChatAccess -AccessToken (ConvertTo-SecureString 'a.b.c' -AsPlainText -Force) -Environment Mars } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message; `$_.ErrorDetails.RecommendedAction }"
    }

    BeforeEach {
        $clone = Join-Path $TestDrive ([guid]::NewGuid())
        $null = New-Item "$clone/target/release" -ItemType Directory
        $null = New-Item "$clone/Cargo.toml"
        Copy-Item "$PSScriptRoot/../../powershell" $clone -Recurse
        # A library in the source folder would be preferred.
        Remove-Item "$clone/powershell/ChatAccess/bin" -Recurse -ErrorAction Ignore
        $clear = 'Remove-Item Env:CARGO_TARGET_DIR -ErrorAction Ignore'
    }

    It 'exports the commands from their files' {
        $run = Invoke-FreshPowerShell "Import-Module '$clone/powershell/ChatAccess'; (Get-Command -Module ChatAccess).Name -join ','"
        $run.Output.Trim() | Should -Be ((Get-Command -Module ChatAccess).Name -join ',')
    }

    It 'uses the library that cargo built in the clone' {
        Copy-Item $built "$clone/target/release/$cargoName"
        $run = Invoke-FreshPowerShell "$clear; Import-Module '$clone/powershell/ChatAccess'; $connect"
        $run.Output | Should -Match '^InvalidEnvironment,Connect-ChatAccess'
    }

    It 'uses the library that cargo built in CARGO_TARGET_DIR <Name>' -ForEach @(
        @{ Name = 'as an absolute path'; Relative = $false }
        @{ Name = 'relative to the repository'; Relative = $true }
    ) {
        $null = New-Item "$clone/elsewhere/release" -ItemType Directory
        Copy-Item $built "$clone/elsewhere/release/$cargoName"
        $target = if ($Relative) { 'elsewhere' } else { "$clone/elsewhere" }
        $run = Invoke-FreshPowerShell "`$env:CARGO_TARGET_DIR = '$target'; Import-Module '$clone/powershell/ChatAccess'; $connect"
        $run.Output | Should -Match '^InvalidEnvironment,Connect-ChatAccess'
    }

    It 'prefers the library in its own folder' {
        Set-Content "$clone/target/release/$cargoName" 'not a library'
        Copy-Item "$ModulePath/bin" "$clone/powershell/ChatAccess" -Recurse
        $run = Invoke-FreshPowerShell "$clear; Import-Module '$clone/powershell/ChatAccess'; $connect"
        $run.Output | Should -Match '^InvalidEnvironment,Connect-ChatAccess'
    }

    It 'names the command that builds a missing library' {
        $run = Invoke-FreshPowerShell "$clear; Import-Module '$clone/powershell/ChatAccess'; $connect"
        $run.Output | Should -Match '^NativeLibraryMissing,Connect-ChatAccess'
        $run.Output | Should -Match ([regex]::Escape([IO.Path]::GetFullPath("$clone/target/release/$cargoName")))
        $run.Output | Should -Match 'cargo rustc --release --lib --crate-type cdylib'
    }

    It 'runs RemoveAllAccessForUser.ps1' {
        Copy-Item $built "$clone/target/release/$cargoName"
        $run = Invoke-FreshPowerShell @"
$clear
& '$clone/powershell/RemoveAllAccessForUser.ps1' -TenantId $Tenant -UserId $User -ThreadId '$Chat' -AccessToken (ConvertTo-SecureString '$(New-Token)' -AsPlainText -Force) -GraphEndpoint $Sandbox
exit `$LASTEXITCODE
"@
        $run.ExitCode | Should -Be 0 -Because $run.Output
        (Invoke-Sandbox applied).applied.thread | Should -Be $Chat
        Reset-Sandbox
    }

    It 'names that command in RemoveAllAccessForUser.ps1 too, which exits with 2' {
        $run = Invoke-FreshPowerShell @"
$clear
& '$clone/powershell/RemoveAllAccessForUser.ps1' -TenantId $Tenant -UserId $User -ThreadId '$Chat' -AccessToken (ConvertTo-SecureString 'a.b.c' -AsPlainText -Force)
exit `$LASTEXITCODE
"@
        $run.ExitCode | Should -Be 2 -Because $run.Output
        $run.Output | Should -Match 'What to do: .*cargo rustc --release --lib --crate-type cdylib'
    }
}

Describe 'The native library of the module' {
    BeforeEach {
        $copy = Join-Path $TestDrive ([guid]::NewGuid())
        Copy-Item $ModulePath "$copy/ChatAccess" -Recurse
        $library = Get-ChildItem "$copy/ChatAccess/bin" -Recurse -File
        $try = @"
Import-Module '$copy/ChatAccess'
try { Connect-ChatAccess -AccessToken (ConvertTo-SecureString 'a.b.c' -AsPlainText -Force) } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message; `$_.ErrorDetails.RecommendedAction }
"@
    }

    It 'is reported with its path and the next step if it is missing' {
        Remove-Item $library
        $run = Invoke-FreshPowerShell $try
        $run.Output | Should -Match 'NativeLibraryMissing,Connect-ChatAccess'
        $run.Output | Should -Match ([regex]::Escape($library.FullName))
        $run.Output | Should -Match 'Install the ChatAccess module again'
    }

    It 'is reported with the next step if it is damaged' {
        Set-Content $library 'not a library'
        $run = Invoke-FreshPowerShell $try
        $run.Output | Should -Match 'NativeLibraryNotLoaded,Connect-ChatAccess'
        $run.Output | Should -Match "Can't load the native library '$([regex]::Escape($library.FullName))': .+"
        # The loader's own reason, which differs between systems.
        $run.Output | Should -Match 'file too short|invalid ELF header|not a mach-o file|0x800700C1|0x8007000B'
        $run.Output | Should -Not -Match 'path1|LD_DEBUG'
        $run.Output | Should -Match 'same architecture'
    }

    It 'is reported with both versions if its version is wrong' {
        $run = Invoke-FreshPowerShell @"
Import-Module '$copy/ChatAccess'
& (Get-Module ChatAccess) { Initialize-ChatAccess; try { Get-NativeLibrary -AbiVersion 99 } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message } }
"@
        $run.Output | Should -Match 'NativeLibraryWrongVersion'
        $run.Output | Should -Match 'interface version 1, but this module needs version 99'
    }

    It 'has all calls that the module binds' {
        InModuleScope ChatAccess {
            Initialize-ChatAccess
            $native = Get-NativeLibrary
            $calls = $native.GetMethods() | Where-Object { $_.Attributes -band [Reflection.MethodAttributes]::PinvokeImpl }
            $calls.Count | Should -BeGreaterThan 7
            foreach ($call in $calls) {
                # With null pointers and zeros, a call must return a status instead of crashing.
                $arguments = @(foreach ($parameter in $call.GetParameters()) {
                        switch -Wildcard ($parameter.ParameterType.Name) { 'Byte*' { , $null } 'Int64*' { [long] 0 } default { 0 } }
                    })
                $call.Invoke($null, $arguments) | Should -BeOfType [int]
            }
        }
    }
}

Describe 'The topic <_>' -ForEach 'about_ChatAccess', 'about_ChatAccess_Automation' {
    BeforeAll {
        $path = "$ModulePath/en-US/$_.help.txt"
        $lines = Get-Content $path
    }

    It 'is found by Get-Help' {
        (Get-Help $_ | Out-String) | Should -Match 'SHORT DESCRIPTION'
    }

    It 'fits into 80 columns' {
        $lines | Where-Object Length -GT 80 | Should -BeNullOrEmpty
    }

    It 'names only commands and parameters that exist' {
        $commands = (Get-Module ChatAccess).ExportedCommands
        $names = [regex]::Matches(($lines -join "`n"), '\b[A-Z][a-z]+-ChatAccess\w*').Value | Sort-Object -Unique
        $names.Count | Should -BeGreaterThan 2
        foreach ($name in $names) { $commands.ContainsKey($name) | Should -BeTrue -Because $name }
        foreach ($line in $lines -match '^ {8}.*-ChatAccess') {
            $ast = [Management.Automation.Language.Parser]::ParseInput($line, [ref] $null, [ref] $null)
            foreach ($call in $ast.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
                $command = $commands[[string] $call.GetCommandName()]
                if (-not $command) { continue }
                foreach ($element in $call.CommandElements) {
                    if ($element -is [Management.Automation.Language.CommandParameterAst]) {
                        $command.Parameters.ContainsKey($element.ParameterName) | Should -BeTrue -Because $line
                    }
                }
            }
        }
    }
}
