BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

Describe 'Remove-ChatAccessForUser' {
    BeforeEach {
        Reset-Sandbox
        Connect-Sandbox
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'removes a user from a chat and returns the outcome' {
        $outcome = Remove-ChatAccessForUser -TenantId $Tenant -UserId $User -ThreadId $Chat
        $outcome.PSObject.TypeNames[0] | Should -Be 'ChatAccess.RemovalOutcome'
        $outcome.Status | Should -Be 'Removed'
        $outcome.HttpStatus | Should -Be 204
        $outcome.TenantId, $outcome.UserId, $outcome.ThreadId | Should -Be $Tenant, $User, $Chat
        $outcome.Attempts | Should -Be 1
        $outcome.Duration | Should -BeOfType [timespan]
        $outcome.Duration.TotalMilliseconds | Should -BeGreaterThan 0
        $outcome.Completed | Should -Match '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$'
        $outcome.Account | Should -Be 'admin@contoso.example'
        $outcome.TimesReturned | Should -Be 0
        $outcome.PreviouslyRemoved | Should -BeNullOrEmpty
        $sent = Get-SandboxRequest
        $sent.Count | Should -Be 1
        $outcome.ClientRequestId | Should -Be ($sent.headers | Where-Object { $_[0] -eq 'client-request-id' })[1]
        (Invoke-Sandbox applied).applied.user | Should -Be $User
    }

    It 'continues when 3 of 100 removals are invalid' {
        $bad = @{ 7 = 'Ann <ann@contoso.example>'; 42 = ''; 93 = '00000000-0000-0000-0000-000000000000' }
        $rows = 1..100 | ForEach-Object { if ($bad.ContainsKey($_)) { New-Target $_ -UserId $bad[$_] } else { New-Target $_ } }
        $outcomes = $rows | Remove-ChatAccessForUser @Fast -ErrorVariable failed -ErrorAction SilentlyContinue
        $outcomes.Count | Should -Be 100
        @($outcomes | Where-Object Status -EQ 'Removed').Count | Should -Be 97
        $failed.Count | Should -Be 3
        $failed.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'RemovalInvalid,Remove-ChatAccessForUser'
        $failed[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        $failed[0].TargetObject.UserId | Should -Be 'Ann <ann@contoso.example>'
        $failed[0].Exception.Message | Should -Match "UserId 'Ann <ann@contoso.example>'.*object id"
        $failed[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        (Get-SandboxRequest).Count | Should -Be 97
    }

    It 'looks up a user principal name, and returns both' {
        $null = Invoke-Sandbox users -Body @{ users = @(@{ id = $User; userPrincipalName = 'Ann@contoso.com' }) }
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'Chat.ReadWrite.All User.ReadBasic.All' }) -GraphEndpoint $Sandbox
        $rows = 1..3 | ForEach-Object { New-Target $_ -UserId 'ann@contoso.com' }
        $rows | Remove-ChatAccessForUser -WhatIf -ErrorAction Stop | Should -BeNullOrEmpty
        $outcomes = $rows | Remove-ChatAccessForUser @Fast
        $outcomes.Status | Should -Be 'Removed', 'Removed', 'Removed'
        $outcomes | ForEach-Object { "$($_.UserId) $($_.UserPrincipalName)" } | Select-Object -Unique | Should -Be "$User ann@contoso.com"
        @((Invoke-Sandbox requests).requests | Where-Object target -Match '/users/').Count | Should -Be 1
        (New-Target 4 | Remove-ChatAccessForUser @Fast).UserPrincipalName | Should -BeNullOrEmpty
    }

    It 'names the permission if the directory can''t be read' {
        $outcome = New-Target 1 -UserId 'ann@contoso.com' | Remove-ChatAccessForUser -ErrorVariable failed -ErrorAction SilentlyContinue
        $outcome.Status | Should -Be 'Denied'
        $outcome.UserId, $outcome.UserPrincipalName | Should -Be 'ann@contoso.com', 'ann@contoso.com'
        $failed[0].FullyQualifiedErrorId | Should -Be 'RemovalDenied,Remove-ChatAccessForUser'
        $failed[0].Exception.Message | Should -Match 'The permission User\.ReadBasic\.All is required\.'
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'Connect-ChatAccess -Scope Chat\.ReadWrite\.All, User\.ReadBasic\.All'
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'sends a chat id of an unknown form with a warning, and says what to give for <Text>' -ForEach @(
        @{ Text = '19%3Aab%40thread.v2' }, @{ Text = '19:ab@thread.v2?ctx=chat' }
    ) {
        $target = New-Target 1
        $target.ThreadId = '19:ab@new.form'
        $null = $target | Remove-ChatAccessForUser -WarningVariable warned -WarningAction SilentlyContinue -ErrorAction SilentlyContinue
        "$warned" | Should -BeLike "ThreadId '19:ab@new.form' has a form that ChatAccess doesn't know.*"
        (Get-SandboxRequest).Count | Should -Be 1
        $target.ThreadId = $Text
        $outcome = $target | Remove-ChatAccessForUser -ErrorAction SilentlyContinue
        $outcome.Status | Should -Be 'Invalid'
        $outcome.Message | Should -BeLike '*id: 19:ab@thread.v2.'
        (Get-SandboxRequest).Count | Should -Be 1
    }

    It 'reports a response with status <Code> as <Id>' -ForEach @(
        @{ Code = 403; Id = 'RemovalDenied'; Category = 'PermissionDenied' }
        @{ Code = 404; Id = 'RemovalNotFound'; Category = 'ObjectNotFound' }
        @{ Code = 401; Id = 'RemovalUnauthorized'; Category = 'AuthenticationError' }
        @{ Code = 400; Id = 'RemovalFailed'; Category = 'InvalidResult' }
    ) {
        Set-SandboxFault @{ fault = @{ kind = 'status'; code = $Code; graph_code = 'SomeCode'; message = 'Some message.' } }
        $outcome = New-Target 1 | Remove-ChatAccessForUser -ErrorVariable failed -ErrorAction SilentlyContinue
        $outcome.HttpStatus | Should -Be $Code
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be "$Id,Remove-ChatAccessForUser"
        $failed[0].CategoryInfo.Category | Should -Be $Category
        $failed[0].TargetObject.ThreadId | Should -Be (New-Target 1).ThreadId
        $failed[0].Exception.Message | Should -Match 'SomeCode: Some message\.'
        $failed[0].ErrorDetails.RecommendedAction | Should -Be $outcome.NextStep
    }

    It 'reports the missing permission of the token and sends nothing' {
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'User.Read' }) -GraphEndpoint $Sandbox
        $outcome = New-Target 1 | Remove-ChatAccessForUser -ErrorAction SilentlyContinue
        $outcome.Status | Should -Be 'Denied'
        $outcome.Message | Should -Match 'Chat\.ReadWrite\.All'
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'sends nothing with -WhatIf, and still reports invalid rows' {
        $outcomes = (New-Target 1), (New-Target 2 -UserId 'nobody') | Remove-ChatAccessForUser -WhatIf -ErrorVariable failed -ErrorAction SilentlyContinue
        $outcomes | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -Be 'RemovalInvalid,Remove-ChatAccessForUser'
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'does not prompt by default: its ConfirmImpact is Medium' {
        $binding = (Get-Command Remove-ChatAccessForUser).ScriptBlock.Attributes | Where-Object { $_ -is [Management.Automation.CmdletBindingAttribute] }
        $binding.ConfirmImpact | Should -Be 'Medium'
        $binding.SupportsShouldProcess | Should -BeTrue
    }

    It 'fails with the next step if no account is connected' {
        Disconnect-ChatAccess
        $failed = { New-Target 1 | Remove-ChatAccessForUser } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -Be 'NotConnected,Remove-ChatAccessForUser'
        $failed.ErrorDetails.RecommendedAction | Should -Match 'Connect-ChatAccess'
    }

    It 'stops at the first error with -ErrorAction Stop, and can be run again' {
        { (New-Target 1 -UserId 'nobody'), (New-Target 2) | Remove-ChatAccessForUser @Fast -ErrorAction Stop } | Should -Throw '*nobody*'
        (New-Target 3 | Remove-ChatAccessForUser @Fast).Status | Should -Be 'Removed'
        (Get-SandboxRequest).Count | Should -Be 1
        InModuleScope ChatAccess { $script:Runs.Count } | Should -Be 0
    }

    It 'stops sending when a following command needs no more' {
        $first = 1..500 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser -RequestsPerSecond 50 | Select-Object -First 1
        $first.Status | Should -Be 'Removed'
        $sent = (Get-SandboxRequest).Count
        Start-Sleep -Milliseconds 300
        (Get-SandboxRequest).Count | Should -Be $sent
        $sent | Should -BeLessThan 100
        InModuleScope ChatAccess { $script:Runs.Count } | Should -Be 0
    }

    It 'uses the beta version with -ApiVersion beta' {
        $null = New-Target 1 | Remove-ChatAccessForUser -ApiVersion beta
        (Get-SandboxRequest).target | Should -Match '^/beta/'
    }

    It 'shows a table that fits into 80 columns' {
        $lines = New-Target 1 | Remove-ChatAccessForUser | Out-String -Width 80 -Stream
        $lines[1] | Should -Match '^User +External user or chat +Status$'
        $lines[3] | Should -Match "^$User 19:0{24} +Removed$"
        $lines[4] | Should -Match '^ +0{7}1@thread\.v2$'
        $named = @{ UserId = $User; UserPrincipalName = 'ann@contoso.com'; ExternalUser = 'eve@evil.example', 'mal@evil.example'; ThreadId = $Chat }
        $lines = $named | Remove-ChatAccessForUser | Out-String -Width 80 -Stream
        $lines[3] | Should -Match '^ann@contoso\.com +eve@evil\.example, +Removed$'
        $lines[4] | Should -Match '^ +mal@evil\.example$'
    }

    It 'shows the wait that the service requests, and waits' {
        Set-SandboxFault @{ when = @{ first = 1 }; fault = @{ kind = 'throttle'; retry_after = '2.5' } }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $output = New-Target 1 | Remove-ChatAccessForUser -Verbose 4>&1
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan 2.5
        ($output | Where-Object { $_ -is [Management.Automation.VerboseRecord] }).Message -join "`n" | Should -Match 'Microsoft Graph throttles the requests\. Waiting 2\.\d s\.'
        ($output | Where-Object Status).Status | Should -Be 'Removed'
    }

    It 'writes no part of the token to any stream' {
        $token = New-Token
        Connect-ChatAccess -AccessToken (ConvertTo-SecureString $token -AsPlainText -Force) -GraphEndpoint $Sandbox
        $shown = foreach ($fault in 'garbage', 'reset_after', 'expired_token') {
            Set-SandboxFault @{ times = 2; fault = @{ kind = $fault } }
            New-Target 1 | Remove-ChatAccessForUser @Fast -Verbose -Debug -ItemTimeoutSec 1 -ErrorAction Continue *>&1
        }
        $text = ($shown | Format-List * -Force | Out-String -Width 9999) + ($Error | Format-List * -Force | Out-String -Width 9999)
        foreach ($part in $token -split '\.') {
            $text | Should -Not -Match ([regex]::Escape($part.Substring(0, 20)))
        }
    }

    It 'resumes with its journal: skips confirmed removals and sends the others' {
        $journal = Join-Path $TestDrive 'removals.jsonl'
        $null = 1..5 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser @Fast -JournalPath $journal
        $outcomes = 1..8 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser @Fast -JournalPath $journal
        ($outcomes | Group-Object Status | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" }) | Should -Be 'AlreadyRemoved 5', 'Removed 3'
        (Get-SandboxRequest).Count | Should -Be 8
        $earlier = @($outcomes | Where-Object Status -EQ 'AlreadyRemoved')[0]
        $confirmed = @(Get-Content $journal | ConvertFrom-Json | Where-Object { $_.state -eq 'Removed' -and $_.thread_id -eq $earlier.ThreadId })
        $earlier.RequestId | Should -Be $confirmed[0].request_id
        [datetime] $earlier.Completed | Should -Be ([datetime] $confirmed[0].at)
        $records = Get-Content $journal | ConvertFrom-Json
        $records[0].chat_access_journal | Should -Be 1
        ($records | Where-Object state -EQ 'Removed').Count | Should -Be 8
    }

    It 'lets Get-Content of another process read the journal during a run' {
        $journal = Join-Path $TestDrive 'read.jsonl'
        $read = $null
        $outcomes = 1..3 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser @Fast -JournalPath $journal | ForEach-Object {
            # The run is still open here.
            if (-not $read) { $read = Invoke-FreshPowerShell "Get-Content -LiteralPath '$journal'" }
            $_
        }
        $read.ExitCode | Should -Be 0 -Because $read.Output
        $read.Output | Should -Match '"state":"Removed"'
        $outcomes.Status | Should -Be 'Removed', 'Removed', 'Removed'
    }

    It 'warns of a journal line that calls a removal confirmed without a confirmation' {
        $journal = Join-Path $TestDrive 'forged.jsonl'
        $null = New-Target 1 | Remove-ChatAccessForUser @Fast -JournalPath $journal
        $lines = Get-Content $journal | Where-Object { $_ -notmatch '"Removed"' }
        $forged = [ordered] @{ tenant_id = $Tenant; user_id = $User; thread_id = (New-Target 2).ThreadId; state = 'Removed' }
        Set-Content $journal (@($lines) + ($forged | ConvertTo-Json -Compress))
        $outcome = New-Target 2 | Remove-ChatAccessForUser @Fast -JournalPath $journal -WarningVariable warned -WarningAction SilentlyContinue
        $outcome.Status | Should -Be 'Removed'
        "$warned" | Should -Match '^1 removals are recorded in the journal as Removed, but without the time and request id'
    }

    It 'sends nothing if the journal can''t be written: <Why>' -ForEach @(
        @{ Why = 'no such drive'; Path = 'Nowhere:\chat\removals.jsonl'; At = 'TestDrive:'; Part = 'Nowhere' }
        @{ Why = 'not a file system'; Path = 'Env:foo'; At = 'TestDrive:'; Part = 'Environment' }
        @{ Why = 'relative to a location that is not a file system'; Path = 'removals.jsonl'; At = 'Env:'; Part = 'Environment' }
        @{ Why = 'no such folder'; Path = 'none/removals.jsonl'; At = 'TestDrive:'; Part = 'does not exist' }
        @{ Why = 'a folder'; Path = '.'; At = 'TestDrive:'; Part = 'is a folder' }
        @{ Why = 'empty'; Path = ''; At = 'TestDrive:'; Part = 'is empty' }
    ) {
        Push-Location $At
        try {
            $failed = { New-Target 1 | Remove-ChatAccessForUser -JournalPath $Path -ErrorAction SilentlyContinue } | Should -Throw -PassThru
        } finally {
            Pop-Location
        }
        $failed.FullyQualifiedErrorId | Should -Be 'InvalidJournalPath,Remove-ChatAccessForUser'
        $failed.Exception.Message | Should -BeLike "JournalPath '$Path' can't be used: *$Part*"
        $failed.ErrorDetails.RecommendedAction | Should -Be 'Use the path of a file in a folder that exists.'
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'accepts a journal on a drive of PowerShell' {
        $null = New-Target 1 | Remove-ChatAccessForUser -JournalPath 'TestDrive:/on-a-drive.jsonl'
        (Get-Content -LiteralPath (Join-Path $TestDrive 'on-a-drive.jsonl')).Count | Should -BeGreaterThan 1
    }

    It 'rejects a file that is not a journal, and does not change it' {
        $path = Join-Path $TestDrive 'report.csv'
        Set-Content $path 'TenantId,UserId'
        $failed = { New-Target 1 | Remove-ChatAccessForUser -JournalPath $path } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -Be 'InvalidJournalPath,Remove-ChatAccessForUser'
        Get-Content $path | Should -Be 'TenantId,UserId'
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'names <Fault> within 10 s, and ends 20 removals with it within 30 s' -ForEach @(
        @{ Fault = 'an untrusted certificate'; Cause = 'the certificate of 127\.0\.0\.1 ' }
        @{ Fault = 'a proxy that requires authentication'; Cause = 'the proxy requires authentication \(HTTP status 407\)' }
    ) {
        # In a process of its own: the proxy is that of an environment variable, with a password.
        $script = @"
`$env:HTTPS_PROXY = `$args
. '$PSScriptRoot/common.ps1'
`$connect = if (`$env:HTTPS_PROXY) { @{} } else { @{ GraphEndpoint = "https://$Untrusted" } }
Connect-ChatAccess -AccessToken (ConvertTo-SecureString '$(New-Token)' -AsPlainText -Force) @connect
`$watch = [Diagnostics.Stopwatch]::StartNew()
1..20 | ForEach-Object { New-Target `$_ } | Remove-ChatAccessForUser -ErrorAction SilentlyContinue -Verbose *>&1 | ForEach-Object {
    if (`$_ -is [Management.Automation.WarningRecord]) { 'Warning {0:n0} {1}' -f `$watch.Elapsed.TotalSeconds, `$_.Message }
    elseif (`$_.Status) { 'Outcome {0} {1} {2}' -f `$_.Status, `$_.Message, `$_.NextStep }
    else { "Other `$_" }
}
'Ended {0:n0}' -f `$watch.Elapsed.TotalSeconds
"@
        $proxy = if ($Fault -match 'proxy') { "http://admin:hunter2@$RefusingProxy" }
        $run = Invoke-FreshPowerShell ($script -replace '\$args', "'$proxy'")
        $run.ExitCode | Should -Be 0 -Because $run.Output
        $lines = $run.Output -split '\r?\n'
        $warning = @($lines -match '^Warning ')
        $warning.Count | Should -Be 1 -Because $run.Output
        $warning[0] | Should -Match "^Warning \d Microsoft Graph can't be reached: $Cause"
        $outcomes = @($lines -match '^Outcome ')
        $outcomes.Count | Should -Be 20 -Because $run.Output
        @($outcomes -match "^Outcome Failed .*$Cause").Count | Should -Be 20
        $lines -match '^Ended ' | Should -Match '^Ended [12]?\d$'
        $run.Output | Should -Not -Match 'hunter2'
    }

    It 'sends with several accounts at once' {
        $contexts = foreach ($number in 1..3) {
            $claims = @{ upn = "admin$number@contoso.example"; oid = [guid]::NewGuid().ToString() }
            Connect-ChatAccess -AccessToken (New-SecureToken $claims) -GraphEndpoint $Sandbox -PassThru
        }
        $outcomes = 1..9 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser -Context $contexts
        @($outcomes | Where-Object Status -EQ 'Removed').Count | Should -Be 9
        @((Get-SandboxRequest).account | Select-Object -Unique).Count | Should -Be 3
        $contexts | Disconnect-ChatAccess
    }
}

Describe 'Stopping Remove-ChatAccessForUser' {
    BeforeAll {
        function Start-Removal {
            param([int] $Count, [string] $More = '')
            $shell = [powershell]::Create()
            $null = $shell.AddScript(@"
`$env:CHATACCESS_TEST_MODULE = '$ModulePath'; `$env:CHATACCESS_TEST_SANDBOX = '$Sandbox'
. '$PSScriptRoot/common.ps1'
Connect-Sandbox
`$targets = 1..$Count | ForEach-Object { New-Target `$_ }
`$targets | Remove-ChatAccessForUser $More
"@)
            $output = [Management.Automation.PSDataCollection[psobject]]::new()
            $started = $shell.BeginInvoke($output, $output)
            [pscustomobject] @{ Shell = $shell; Output = $output; Started = $started }
        }

        function Wait-Until {
            param([scriptblock] $Condition)
            $watch = [Diagnostics.Stopwatch]::StartNew()
            while (-not (& $Condition)) {
                if ($watch.Elapsed.TotalSeconds -gt 20) { throw "not within 20 s: $Condition" }
                Start-Sleep -Milliseconds 20
            }
        }
    }

    BeforeEach {
        Reset-Sandbox
    }

    It 'takes less than half a second, even if the service does not respond' {
        Set-SandboxFault @{ fault = @{ kind = 'hang'; seconds = 25 } }
        $removal = Start-Removal -Count 5
        Wait-Until { (Get-SandboxRequest).Count -ge 1 }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $removal.Shell.Stop()
        $watch.Elapsed.TotalMilliseconds | Should -BeLessThan 500
        $removal.Shell.Dispose()
    }

    It 'takes less than 0.3 s if no request is on its way' {
        Set-SandboxFault @{ fault = @{ kind = 'throttle'; retry_after = '600' } }
        $took = foreach ($repeat in 1..3) {
            $removal = Start-Removal -Count 5
            # The wait is reported after the response, so nothing is on its way then.
            Wait-Until { "$($removal.Shell.Streams.Warning)" -match 'throttles' }
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $removal.Shell.Stop()
            $watch.Elapsed.TotalMilliseconds
            $removal.Shell.Dispose()
        }
        $took | Should -BeLessThan 300
    }

    It 'returns the outcomes so far, sends nothing more, and releases the journal' {
        $journal = Join-Path $TestDrive 'stopped.jsonl'
        $removal = Start-Removal -Count 400 -More "-RequestsPerSecond 20 -JournalPath '$journal'"
        # More than one burst, so by then all are queued and the command waits. Stopped earlier, the
        # pipeline may be in another command, which the next test covers.
        Wait-Until { $removal.Output.Count -ge 25 }
        $removal.Shell.Stop()
        $removal.Shell.Dispose()
        $sent = (Get-SandboxRequest).Count
        Start-Sleep -Milliseconds 400
        (Get-SandboxRequest).Count | Should -Be $sent
        $sent | Should -BeLessThan 100
        $removal.Output.Status | Select-Object -Unique | Should -Be 'Removed'
        $done = @(Get-Content $journal | ConvertFrom-Json | Where-Object state -EQ 'Removed').Count
        $done | Should -Be @((Invoke-Sandbox applied).applied).Count
        Connect-Sandbox
        $again = 1..50 | ForEach-Object { New-Target $_ } | Remove-ChatAccessForUser @Fast -JournalPath $journal
        @($again | Where-Object Status -EQ 'AlreadyRemoved').Count | Should -Be $done
        Disconnect-ChatAccess
    }

    It 'sends nothing more and releases the journal while another command of the pipeline works' {
        $journal = Join-Path $TestDrive 'left.jsonl'
        $shell = [powershell]::Create()
        $null = $shell.AddScript(@"
`$env:CHATACCESS_TEST_MODULE = '$ModulePath'; `$env:CHATACCESS_TEST_SANDBOX = '$Sandbox'
. '$PSScriptRoot/common.ps1'
Connect-Sandbox
& { 1..200 | ForEach-Object { New-Target `$_ }; Start-Sleep 30 } | Remove-ChatAccessForUser -RequestsPerSecond 20 -JournalPath '$journal'
"@)
        $null = $shell.BeginInvoke()
        Wait-Until { (Get-SandboxRequest).Count -ge 3 }
        $shell.Stop()
        Start-Sleep -Milliseconds 600
        $sent = (Get-SandboxRequest).Count
        Start-Sleep -Milliseconds 400
        (Get-SandboxRequest).Count | Should -Be $sent
        $null = $shell.Commands.Clear()
        $null = $shell.AddScript("1, 999 | ForEach-Object { New-Target `$_ } | Remove-ChatAccessForUser -JournalPath '$journal'")
        $shell.Invoke().Status | Should -Be 'AlreadyRemoved', 'Removed'
        $shell.Dispose()
    }

    It 'does not affect another runspace' {
        $stopped = Start-Removal -Count 300 -More '-RequestsPerSecond 50'
        $other = Start-Removal -Count 60 -More '-RequestsPerSecond 50'
        Wait-Until { $stopped.Output.Count -ge 3 -and $other.Output.Count -ge 3 }
        $stopped.Shell.Stop()
        Wait-Until { $other.Started.IsCompleted }
        $other.Shell.Streams.Error | Should -BeNullOrEmpty
        @($other.Output | Where-Object Status -EQ 'Removed').Count | Should -Be 60
        $stopped.Shell.Dispose()
        $other.Shell.Dispose()
    }
}
