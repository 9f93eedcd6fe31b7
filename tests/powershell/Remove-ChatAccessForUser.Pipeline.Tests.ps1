BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # The module as PowerShell before 7.3 runs it: without clean blocks. Not in TestDrive, because
    # Windows can't delete the library while this process has loaded it.
    $script:OlderModule = Join-Path ([IO.Path]::GetTempPath()) "chat-access-older-$PID/ChatAccess"
    $null = New-Item (Split-Path $OlderModule) -ItemType Directory
    Copy-Item $ModulePath $OlderModule -Recurse
    (Get-Content "$OlderModule/ChatAccess.psm1" -Raw).Replace("[version] '7.3'", "[version] '99.0'") | Set-Content "$OlderModule/ChatAccess.psm1"

    # The open runs and handles of the session.
    function Get-Open {
        & (Get-Module ChatAccess) { "$($script:Runs.Count) runs, $($script:Handles.Count) handles" }
    }

    # Runs a script in a new process with a connected account, and returns its lines.
    function Invoke-Session {
        param([string] $Script, [string] $Module = $ModulePath)
        $text = @"
`$env:CHATACCESS_TEST_MODULE = '$Module'; `$env:CHATACCESS_TEST_SANDBOX = '$Sandbox'
. '$PSScriptRoot/common.ps1'
# 'free' if a run of another process can use the journal.
function Test-Journal {
    & ([Environment]::ProcessPath) -NoLogo -NoProfile -NonInteractive -Command {
        param(`$common, `$journal)
        . `$common
        Connect-Sandbox
        try { if (New-Target 99 | Remove-ChatAccessForUser -JournalPath `$journal 6> `$null) { 'free' } } catch { "`$_" }
    } -args '$PSScriptRoot/common.ps1', `$journal
}
Connect-Sandbox
$Script
"@
        $path = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
        Set-Content -LiteralPath $path -Value $text
        & ([Environment]::ProcessPath) -NoLogo -NoProfile -NonInteractive -File $path 2>&1 | ForEach-Object { "$_" }
    }
}

AfterAll {
    Remove-Item (Split-Path $OlderModule) -Recurse -Force -ErrorAction Ignore
}

Describe 'A failing command after <Command>' -ForEach @(
    @{ Command = 'Remove-ChatAccessForUser'; Run = { 1..5 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser @Fast -WarningAction SilentlyContinue } }
    @{ Command = 'Find-ChatAccess'; Run = { Find-ChatAccess "$PSScriptRoot/../cases/base.csv" } }
) {
    BeforeAll {
        Connect-Sandbox
        # Only these are open after a pipeline.
        $idle = '0 runs, 1 handles'
    }

    AfterAll {
        Disconnect-ChatAccess
    }

    It 'stops the script with its own error' {
        $went = $false
        $failed = {
            & $Run | ForEach-Object { throw [ArgumentNullException]::new('p', 'boom') }
            $script:went = $true
        } | Should -Throw -PassThru
        $failed.Exception | Should -BeOfType [ArgumentNullException]
        $failed.InvocationInfo.Line | Should -BeLike '*ArgumentNullException*boom*'
        $failed.FullyQualifiedErrorId | Should -Not -BeLike "*$Command*"
        $went | Should -BeFalse
        Get-Open | Should -Be $idle
    }

    It 'reaches the catch clause of its type: <Type>' -ForEach @(
        @{ Type = 'InvalidOperationException' }, @{ Type = 'FormatException' }
    ) {
        $caught = try { & $Run | ForEach-Object { throw (New-Object $Type 'boom') } } catch [InvalidOperationException] { 'InvalidOperationException' } catch [FormatException] { 'FormatException' }
        $caught | Should -Be $Type
    }

    It 'keeps its error id when it is terminating' {
        function Stop-Here {
            [CmdletBinding()]
            param([Parameter(ValueFromPipeline)] [object] $InputObject)
            process {
                $record = [Management.Automation.ErrorRecord]::new([InvalidOperationException]::new('boom'), 'Mine', 'InvalidData', $InputObject)
                $PSCmdlet.ThrowTerminatingError($record)
            }
        }
        { & $Run | Stop-Here } | Should -Throw -ErrorId 'Mine,Stop-Here'
        Get-Open | Should -Be $idle
    }

    It 'continues after an error that ends only a statement, as after any command' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("`$env:CHATACCESS_TEST_MODULE = '$ModulePath'; `$env:CHATACCESS_TEST_SANDBOX = '$Sandbox'; . '$PSScriptRoot/common.ps1'; Connect-Sandbox")
        $null = $shell.Invoke()
        $shell.Commands.Clear()
        $text = "$Run".Replace('$PSScriptRoot', $PSScriptRoot)
        $null = $shell.AddScript("& { $text } | ForEach-Object { [int]::Parse('x'); 'more' }")
        @($shell.Invoke())[0] | Should -Be 'more'
        $shell.Dispose()
    }

    It 'ends the loop around the pipeline with <Statement>' -ForEach @(
        @{ Statement = 'break'; Expected = 'one' }
        @{ Statement = 'continue'; Expected = 'one', 'one' }
    ) {
        $statement = [scriptblock]::Create($Statement)
        $seen = foreach ($round in 1, 2) {
            & $Run | ForEach-Object { 'one'; . $statement }
            'after the pipeline'
        }
        $seen | Should -Be $Expected
        Get-Open | Should -Be $idle
    }
}

Describe 'A failing command before Remove-ChatAccessForUser' {
    BeforeEach {
        Reset-Sandbox
    }

    It 'leaves no thread, descriptor or lock, and every removal that was sent is reported' {
        $journal = Join-Path $TestDrive 'upstream.jsonl'
        $lines = Invoke-Session @"
function Get-Used {
    `$process = [Diagnostics.Process]::GetCurrentProcess()
    if (`$IsLinux) { @(Get-ChildItem /proc/self/task).Count, @(Get-ChildItem /proc/self/fd).Count } else { `$process.Threads.Count, `$process.HandleCount }
}
# Once before, so that everything is loaded. An account keeps its connections open until it is closed.
`$null = New-Target 1 | Remove-ChatAccessForUser @Fast
Disconnect-ChatAccess
Start-Sleep -Milliseconds 500
`$before = Get-Used
Connect-Sandbox
`$reported = [Collections.Generic.List[string]]::new()
`$journal = '$journal'
try {
    1..5000 | ForEach-Object { if (`$_ -eq 2500) { throw 'upstream' }; New-Target (`$_ + 1) } |
        Remove-ChatAccessForUser -RequestsPerSecond 10000 -JournalPath '$journal' -WarningVariable warned 3> `$null |
        ForEach-Object { `$reported.Add(`$_.ThreadId) }
} catch { "caught `$_" }
"journal `$(Test-Journal)"
& (Get-Module ChatAccess) { "open `$(`$script:Runs.Count) `$(`$script:Handles.Count)" }
`$warnings = `$warned -join ' '
`$applied = @((Invoke-Sandbox applied).applied.thread | Where-Object { `$_ -notin (New-Target 1).ThreadId, (New-Target 99).ThreadId })
"silent `$(@(`$applied | Where-Object { `$_ -notin `$reported -and -not `$warnings.Contains(`$_) }).Count) of `$(`$applied.Count -gt 10)"
Disconnect-ChatAccess
`$watch = [Diagnostics.Stopwatch]::StartNew()
# The threads of a run end by themselves. Others of .NET may start meanwhile.
do { Start-Sleep -Milliseconds 100; `$after = Get-Used } while ((`$after[0] -gt `$before[0] -or `$after[1] -gt `$before[1]) -and `$watch.Elapsed.TotalSeconds -lt 10)
if (`$IsLinux) { "library threads `$(@(Get-Content /proc/self/task/*/comm | Where-Object { `$_ -like 'chat-access-*' }).Count)" } else { 'library threads 0' }
"descriptors `$(`$after[1] -le `$before[1] + 2)"
"@
        $lines | Should -Be 'caught upstream', 'journal free', 'open 0 1', 'silent 0 of True', 'library threads 0', 'descriptors True'
    }

    It 'is followed by a run that reports what the interrupted one did, where PowerShell has no clean block' {
        $journal = Join-Path $TestDrive 'older.jsonl'
        $lines = Invoke-Session -Module $OlderModule @"
`$reported = [Collections.Generic.List[string]]::new()
`$journal = '$journal'
try {
    & { 1..3 | ForEach-Object { New-Target `$_ }; Start-Sleep -Milliseconds 300; throw 'upstream' } | Remove-ChatAccessForUser @Fast -JournalPath '$journal' | ForEach-Object { `$reported.Add(`$_) }
} catch { "caught `$_" }
& (Get-Module ChatAccess) { "open `$(`$script:Runs.Count)" }
Start-Sleep -Milliseconds 800
"journal `$(Test-Journal)"
`$outcome = New-Target 9 | Remove-ChatAccessForUser @Fast -WarningVariable warned 3> `$null
`$outcome.Status
"reported `$(`$reported.Count + [regex]::Matches("`$warned", 'Removed: user').Count)"
& (Get-Module ChatAccess) { "open `$(`$script:Runs.Count)" }
"@
        $lines | Should -Be 'caught upstream', 'open 1', 'journal free', 'Removed', 'reported 3', 'open 0'
    }

    It 'does not end the run of an outer pipeline that is still alive' {
        $lines = Invoke-Session -Module $OlderModule @"
1..2 | ForEach-Object {
    New-Target `$_
    # The outer run calls the library for nothing meanwhile.
    Start-Sleep -Milliseconds 700
    `$null = New-Target (`$_ + 10) | Remove-ChatAccessForUser @Fast
} | Remove-ChatAccessForUser @Fast | ForEach-Object Status
"@
        $lines | Should -Be 'Removed', 'Removed'
    }
}

Describe 'Stopping a pipeline in PowerShell without clean blocks' {
    It 'returns within half a second and closes the run' {
        Reset-Sandbox
        Set-SandboxFault @{ fault = @{ kind = 'hang'; seconds = 25 } }
        $shell = [powershell]::Create()
        $null = $shell.AddScript("`$env:CHATACCESS_TEST_MODULE = '$OlderModule'; `$env:CHATACCESS_TEST_SANDBOX = '$Sandbox'; . '$PSScriptRoot/common.ps1'; Connect-Sandbox; 1..5 | ForEach-Object { New-Target `$_ } | Remove-ChatAccessForUser")
        $null = $shell.BeginInvoke()
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while ((Get-SandboxRequest).Count -lt 1 -and $watch.Elapsed.TotalSeconds -lt 20) { Start-Sleep -Milliseconds 20 }
        $watch.Restart()
        $shell.Stop()
        $watch.Elapsed.TotalMilliseconds | Should -BeLessThan 500
        "$($shell.Streams.Warning)" | Should -BeLike '*1 removals that were sent:*No response: user*'
        $shell.Commands.Clear()
        $null = $shell.AddScript('& (Get-Module ChatAccess) { $script:Runs.Count; $script:Handles.Count }')
        $shell.Invoke() | Should -Be 0, 1
        $shell.Dispose()
        Reset-Sandbox
    }
}

Describe 'What Remove-ChatAccessForUser shows a person at a console' {
    BeforeAll {
        # Runs a pipeline as at a console, and returns what the host shows.
        function Get-Shown {
            param([scriptblock] $Script)
            InModuleScope ChatAccess -Parameters @{ Script = $Script } {
                Initialize-ChatAccess
                Mock Get-NonInteractiveReason { }
                try { & $Script 6>&1 3>&1 | Where-Object { $_ -is [Management.Automation.InformationRecord] } | ForEach-Object { "$_" } } catch { "caught $_" }
            }
        }
    }

    BeforeEach {
        Reset-Sandbox
        Connect-Sandbox
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'is a closing line with the counts after several removals' {
        Set-SandboxFault @{ times = 1; fault = @{ kind = 'status'; code = 403; graph_code = 'Forbidden'; message = 'No.' } }
        Get-Shown { 1..3 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser @Fast -ErrorAction SilentlyContinue } |
            Should -Be '2 removed, 1 not removed.'
        Get-Shown { New-Target 1 | Remove-ChatAccessForUser } | Should -BeNullOrEmpty
        Get-Shown { 1..3 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser -WhatIf } | Where-Object { $_ -like '*removed*' } | Should -BeNullOrEmpty
        New-Target 1 | Remove-ChatAccessForUser @Fast 6>&1 | Where-Object { $_ -is [Management.Automation.InformationRecord] } | Should -BeNullOrEmpty
    }

    It 'is how to continue after an interruption, and what the journal resumes' {
        $script:journal = Join-Path $TestDrive 'shown.jsonl'
        $shown = Get-Shown {
            1..60 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser -RequestsPerSecond 20 -JournalPath $journal -WarningAction SilentlyContinue |
                ForEach-Object { throw 'stop' }
        }
        $shown[-1] | Should -Be 'caught stop'
        # The record reaches a host, and not the stream of a pipeline that ended.
        $again = Get-Shown { New-Target 1 | Remove-ChatAccessForUser @Fast -JournalPath $journal }
        $again | Should -Match '^Confirmed removals in the journal, which are skipped unless LastSeen is later: \d+\.( Without an outcome or failed, and sent again: [1-9]\d*\.)?$'
    }

    It 'is the closing line after Ctrl+C' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript(@"
`$env:CHATACCESS_TEST_MODULE = '$ModulePath'; `$env:CHATACCESS_TEST_SANDBOX = '$Sandbox'
. '$PSScriptRoot/common.ps1'
Connect-Sandbox
& (Get-Module ChatAccess) { Initialize-ChatAccess; function script:Get-NonInteractiveReason { } }
1..100 | ForEach-Object { New-Target `$_ } | Remove-ChatAccessForUser -RequestsPerSecond 20
"@)
        $null = $shell.BeginInvoke()
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while ((Get-SandboxRequest).Count -lt 25 -and $watch.Elapsed.TotalSeconds -lt 20) { Start-Sleep -Milliseconds 20 }
        $shell.Stop()
        $line = @($shell.Streams.Information | ForEach-Object { "$_" })[-1]
        $pattern = '^(\d+) removed, 0 not removed, (\d+) left\. Run the same command again to continue\. With -JournalPath, confirmed removals are skipped\.$'
        $line | Should -Match $pattern
        $counts = [regex]::Match($line, $pattern).Groups
        [int] $counts[1].Value | Should -Be @((Invoke-Sandbox applied).applied).Count
        [int] $counts[1].Value + [int] $counts[2].Value | Should -Be 100
        $shell.Dispose()
    }

    It 'is a progress bar whose status begins with the reason for a wait' {
        Set-SandboxFault @{ when = @{ first = 1 }; fault = @{ kind = 'throttle'; retry_after = '2.5' } }
        $shell = [powershell]::Create()
        $null = $shell.AddScript(@"
`$env:CHATACCESS_TEST_MODULE = '$ModulePath'; `$env:CHATACCESS_TEST_SANDBOX = '$Sandbox'
. '$PSScriptRoot/common.ps1'
Connect-Sandbox
1..12 | ForEach-Object { New-Target `$_ } | Remove-ChatAccessForUser @Fast
"@)
        $null = $shell.Invoke()
        $bars = @($shell.Streams.Progress | Where-Object RecordType -EQ 'Processing')
        $waits = @($bars | Where-Object StatusDescription -Like 'throttled, *')
        $waits.Count | Should -BeGreaterThan 1
        $waits[0].StatusDescription | Should -Match '^throttled, [123] s . \d+ of 12, 0 failed$'
        foreach ($bar in $bars) {
            # What PowerShell 7 draws in a window of 80 columns.
            "$($bar.Activity) [$($bar.StatusDescription)]".Length | Should -BeLessOrEqual 80
            $bar.CurrentOperation | Should -BeNullOrEmpty
        }
        $shell.Streams.Progress[-1].RecordType | Should -Be 'Completed'
        $shell.Dispose()
    }
}

Describe 'During a run of Remove-ChatAccessForUser' {
    BeforeEach {
        Reset-Sandbox
        Connect-Sandbox
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It '<Name> cancels the removals that were not sent' -ForEach @(
        @{ Name = 'Disconnect-ChatAccess'; Script = { Disconnect-ChatAccess } }
        @{ Name = 'Disconnect-ChatAccess -Context'; Script = { Get-ChatAccessContext | Disconnect-ChatAccess } }
        @{ Name = 'Import-Module -Force'; Script = { Import-Module $ModulePath -Force -Global } }
    ) {
        $ended = $false
        $outcomes = 1..60 | ForEach-Object { New-Target $_; if ($_ -eq 50) { Start-Sleep -Milliseconds 200 } } |
            Remove-ChatAccessForUser -RequestsPerSecond 20 -ErrorVariable failed -ErrorAction SilentlyContinue |
            ForEach-Object { $_; if (-not $ended) { $ended = $true; & $Script } }
        $outcomes.Count | Should -Be 60
        $outcomes.Status | Select-Object -Unique | Sort-Object | Should -Be 'Cancelled', 'Removed'
        $failed.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'RemovalCancelled,Remove-ChatAccessForUser'
        @($outcomes | Where-Object Status -EQ 'Removed').Count | Should -Be @((Invoke-Sandbox applied).applied).Count
        (Get-SandboxRequest).Count | Should -BeLessThan 60
        { New-Target 1 | Remove-ChatAccessForUser } | Should -Throw -ErrorId 'NotConnected,Remove-ChatAccessForUser'
    }

    It 'Disconnect-ChatAccess -WhatIf changes nothing' {
        $outcomes = 1..5 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser @Fast | ForEach-Object { $_; Disconnect-ChatAccess -WhatIf }
        $outcomes.Status | Select-Object -Unique | Should -Be 'Removed'
    }

    It 'the removals after the time limit of the run end as Cancelled' {
        $outcomes = & { New-Target 1; Start-Sleep -Milliseconds 1300; New-Target 2 } |
            Remove-ChatAccessForUser @Fast -RunTimeoutSec 1 -ErrorVariable failed -ErrorAction SilentlyContinue
        $outcomes.Status | Sort-Object | Should -Be 'Cancelled', 'Removed'
        $failed.FullyQualifiedErrorId | Should -Be 'RemovalCancelled,Remove-ChatAccessForUser'
    }
}

Describe 'The accounts of a session' {
    It 'are closed with <Name>' -ForEach @(
        @{ Name = 'their runspace'; End = '$shell.Runspace.Dispose()' }
        @{ Name = 'Remove-Module'; End = '$shell.Commands.Clear(); $null = $shell.AddScript("Remove-Module ChatAccess").Invoke()' }
    ) {
        $lines = Invoke-Session @"
Disconnect-ChatAccess
`$shell = [powershell]::Create()
`$null = `$shell.AddScript('. `$args[0]; 1..20 | ForEach-Object { Connect-ChatAccess -AccessToken (New-SecureToken) -GraphEndpoint `$Sandbox -PassThru }').AddArgument('$PSScriptRoot/common.ps1')
`$contexts = `$shell.Invoke()
`$contexts.Count
(New-Target 1 | Remove-ChatAccessForUser -Context `$contexts[19]).Status
$End
foreach (`$context in `$contexts[0], `$contexts[19]) {
    try { New-Target 1 | Remove-ChatAccessForUser -Context `$context } catch { `$_.FullyQualifiedErrorId }
}
"@
        $lines | Should -Be '20', 'Removed', 'Disconnected,Remove-ChatAccessForUser', 'Disconnected,Remove-ChatAccessForUser'
    }
}
