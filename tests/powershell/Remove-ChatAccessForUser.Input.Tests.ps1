BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/records.ps1"

    # Rows of a table, each with the columns that the header names.
    function New-Table {
        param([string] $Header, [object[]] $Row)
        @($Header) + ($Row | ForEach-Object { $_ -join ',' }) | ConvertFrom-Csv
    }
}

Describe 'The input of Remove-ChatAccessForUser' {
    BeforeEach {
        Reset-Sandbox
        Connect-Sandbox
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'binds the columns <Header>' -ForEach @(
        @{ Header = 'TenantId,UserId,ThreadId' }
        @{ Header = 'Tenant ID,User ID,Thread ID' }
        @{ Header = 'OrganizationId,RecipientObjectId,ChatThreadId' }
        @{ Header = 'tenant_id,user_id,chat_id' }
        @{ Header = 'TenantId,AadUserId,Chat ID' }
    ) {
        $table = New-Table $Header @((, ($Tenant, $User, $Chat)))
        $outcome = $table | Remove-ChatAccessForUser
        $outcome.Status | Should -Be 'Removed'
        $outcome.TenantId, $outcome.UserId, $outcome.ThreadId | Should -Be $Tenant, $User, $Chat
    }

    It 'never takes the user from <Name>, which is the actor or the object of a record' -ForEach @(
        @{ Name = 'UserKey' }, @{ Name = 'ObjectId' }, @{ Name = 'AccountObjectId' }
    ) {
        $row = [pscustomobject] @{ TenantId = $Tenant; $Name = $User; ThreadId = $Chat }
        $outcome = $row | Remove-ChatAccessForUser -ErrorAction SilentlyContinue
        $outcome.Status | Should -Be 'Invalid'
        $outcome.Message | Should -BeLike 'UserId is empty*'
        $parameters = (Get-Command Remove-ChatAccessForUser).Parameters.Values
        $parameters.Name + $parameters.Aliases | Should -Not -Contain $Name
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'rejects an object with two different values for <Parameter>, and names them' -ForEach @(
        @{ Parameter = 'UserId'; First = 'UserId'; Second = 'RecipientObjectId' }
        @{ Parameter = 'TenantId'; First = 'TenantId'; Second = 'OrganizationId' }
        @{ Parameter = 'ThreadId'; First = 'ChatId'; Second = 'Chat Thread ID' }
    ) {
        $row = @{ TenantId = $Tenant; UserId = $User; ThreadId = $Chat }
        $row.Remove($Parameter)
        $value = $row.Clone() + @{ $First = 'one'; $Second = 'two' }
        $outcome = [pscustomobject] $value | Remove-ChatAccessForUser -ErrorVariable failed -ErrorAction SilentlyContinue
        $outcome.Status | Should -Be 'Invalid'
        $failed.FullyQualifiedErrorId | Should -Be 'RemovalInvalid,Remove-ChatAccessForUser'
        foreach ($part in "$First ('one')", "$Second ('two')", "values for $Parameter.") { "$failed" | Should -BeLike "*$part*" }
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'rejects an audit record, whose UserId is the actor' {
        $record = New-Record 1 | ConvertTo-Json -Depth 9 | ConvertFrom-Json
        foreach ($object in $record, (New-Record 1)) {
            $outcome = $object | Remove-ChatAccessForUser -ErrorVariable failed -ErrorAction SilentlyContinue
            $outcome.Status | Should -Be 'Invalid'
            $outcome.Message | Should -Be "Input 1 can't be used: it is an audit record, whose UserId 'eve@evil.example' is the actor."
            $failed[0].ErrorDetails.RecommendedAction | Should -BeLike '*Find-ChatAccess*'
        }
        @((Invoke-Sandbox requests).requests | Where-Object target -NotLike '/sandbox/*').Count | Should -Be 0
    }

    It 'reads the external users of a table that Export-Csv wrote' {
        $row = [pscustomobject] @{ TenantId = $Tenant; UserId = $User; ThreadId = $Chat; ExternalUser = 'eve@evil.example; mal@evil.example' }
        foreach ($outcome in $row, $row | Remove-ChatAccessForUser) {
            $outcome.ExternalUser.Count | Should -Be 2
            $outcome.ExternalUser[1] | Should -Be 'mal@evil.example'
        }
    }

    It 'accepts an object with the same value twice, and with two values if the parameter decides' {
        $same = [pscustomobject] @{ UserId = $User; RecipientObjectId = $User; ThreadId = $Chat }
        $other = [pscustomobject] @{ UserId = 'eve@evil.example'; RecipientObjectId = $User; ThreadId = (New-Target 2).ThreadId }
        ($same | Remove-ChatAccessForUser).Status | Should -Be 'Removed'
        ($other | Remove-ChatAccessForUser -UserId { $_.RecipientObjectId }).Status | Should -Be 'Removed'
        ($other | Remove-ChatAccessForUser -UserId $User).Status | Should -Be 'Removed'
    }

    It 'uses the tenant of the signed-in account unless another one is specified' {
        (Remove-ChatAccessForUser -UserId $User -ThreadId $Chat).TenantId | Should -Be $Tenant
        ([pscustomobject] @{ UserId = $User; ThreadId = $Chat } | Remove-ChatAccessForUser).TenantId | Should -Be $Tenant
        $outcome = Remove-ChatAccessForUser -TenantId $away -UserId $User -ThreadId $Chat -ErrorAction SilentlyContinue
        $outcome.TenantId | Should -Be $away
        $outcome.Status | Should -Be 'Denied'
    }

    It 'accepts <Name>' -ForEach @(
        @{ Name = 'a hashtable'; Script = { @{ TenantId = $Tenant; UserId = $User; ThreadId = $Chat } | Remove-ChatAccessForUser } }
        @{ Name = 'an ordered dictionary'; Script = { [ordered] @{ 'User ID' = $User; ChatId = $Chat } | Remove-ChatAccessForUser } }
        @{ Name = '-InputObject'; Script = { Remove-ChatAccessForUser -InputObject (New-Target 1) } }
        @{ Name = 'GUIDs'; Script = { [pscustomobject] @{ TenantId = [guid] $Tenant; UserId = [guid] $User; ThreadId = $Chat } | Remove-ChatAccessForUser } }
        @{ Name = 'arguments in the order tenant, user, chat'; Script = { Remove-ChatAccessForUser $Tenant $User $Chat } }
    ) {
        (& $Script).Status | Should -Be 'Removed'
    }

    It 'accepts arrays at any depth' {
        $outcomes = , @((New-Target 1), @((New-Target 2), , @(New-Target 3))) | Remove-ChatAccessForUser @Fast
        $outcomes.Status | Should -Be 'Removed', 'Removed', 'Removed'
        $outcomes.Number | Sort-Object | Should -Be 1, 2, 3
        (Remove-ChatAccessForUser -InputObject (New-Target 4), (New-Target 5) @Fast).Count | Should -Be 2
    }

    It 'says so if it received <Name>' -ForEach @(
        @{ Name = 'null'; Script = { $null | Remove-ChatAccessForUser -WarningVariable script:warned -WarningAction SilentlyContinue } }
        @{ Name = 'an empty array'; Script = { @() | Remove-ChatAccessForUser -WarningVariable script:warned -WarningAction SilentlyContinue } }
        @{ Name = 'an empty array in an array'; Script = { , @() | Remove-ChatAccessForUser -WarningVariable script:warned -WarningAction SilentlyContinue } }
    ) {
        & $Script | Should -BeNullOrEmpty
        "$warned" | Should -Be 'The pipeline contained no targets, so nothing was removed.'
    }

    It 'takes back the targets that Find-ChatAccess exported as <Name>' -ForEach @(
        @{ Name = 'CSV'; Copy = { $input | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ Name = 'JSON'; Copy = { $input | ConvertTo-Json | ConvertFrom-Json } }
        @{ Name = 'one array of JSON'; Copy = { , ($input | ConvertTo-Json | ConvertFrom-Json -NoEnumerate) } }
        @{ Name = 'CLIXML'; Copy = { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize(@($input))) } }
    ) {
        $culture = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'th-TH'
            $record = New-Record 1
            $record.Members += @{ OrganizationId = $away; UPN = 'mal@evil.example' }
            $found = $record, (New-Record 2), (New-Record 3 '19:unknown@thread.v2') | ForEach-Object { $_ | ConvertTo-Json -Depth 9 } | Find-ChatAccess -WarningAction SilentlyContinue
            $copies = $found | & $Copy
            $expected = $found | Remove-ChatAccessForUser @Fast -ErrorAction SilentlyContinue | Sort-Object Number
            $outcomes = $copies | Remove-ChatAccessForUser @Fast -ErrorAction SilentlyContinue | Sort-Object Number
        } finally {
            [cultureinfo]::CurrentCulture = $culture
        }
        @($outcomes.Status | Sort-Object) | Should -Be 'Invalid', 'Removed', 'Removed'
        foreach ($name in 'TenantId', 'UserId', 'ThreadId', 'UserPrincipalName', 'ExternalUser', 'Status', 'Message') {
            $outcomes.$name | Should -Be $expected.$name -Because $name
        }
        $outcomes.ExternalUser | Should -Contain 'mal@evil.example'
    }

    It 'accepts no further argument by position' {
        { Remove-ChatAccessForUser $Tenant $User $Chat 'fourth' } | Should -Throw -ErrorId 'PositionalParameterNotFound,Remove-ChatAccessForUser'
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'rejects <Name> as -Context, and sends nothing' -ForEach @(
        @{ Name = 'null'; Value = $null; Says = 'is null' }
        @{ Name = 'an empty array'; Value = @(); Says = 'is empty' }
        @{ Name = 'null in an array'; Value = @('x', $null); Says = 'is null' }
        @{ Name = 'another object'; Value = 'admin'; Says = "'admin' is not an account" }
    ) {
        $failed = { New-Target 1 | Remove-ChatAccessForUser -Context $Value } | Should -Throw -PassThru
        $failed.FullyQualifiedErrorId | Should -Be 'InvalidContext,Remove-ChatAccessForUser'
        "$failed" | Should -BeLike "Context $Says*"
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'says that an account of another process can''t be used' {
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-ChatAccessContext)))
        { New-Target 1 | Remove-ChatAccessForUser -Context $copy } | Should -Throw -ErrorId 'InvalidContext,Remove-ChatAccessForUser' -ExpectedMessage '*another process*'
    }

    It 'checks tenant and permissions with -WhatIf where an account is connected' {
        $other = [pscustomobject] @{ TenantId = $away; UserId = $User; ThreadId = $Chat }
        $null = (New-Target 1), $other | Remove-ChatAccessForUser -WhatIf -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'RemovalDenied,Remove-ChatAccessForUser'
        $failed[0].Exception.Message | Should -BeLike "*$away*"
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = 'User.Read' }) -GraphEndpoint $Sandbox
        $null = New-Target 1 | Remove-ChatAccessForUser -WhatIf -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].Exception.Message | Should -BeLike '*Chat.ReadWrite.All*'
        $able = Connect-ChatAccess -AccessToken (New-SecureToken) -GraphEndpoint $Sandbox -PassThru
        $null = New-Target 1 | Remove-ChatAccessForUser -WhatIf -Context (Get-ChatAccessContext), $able -ErrorVariable failed
        $failed | Should -BeNullOrEmpty -Because 'one of the accounts can send it'
        Disconnect-ChatAccess
        $null = New-Target 1 | Remove-ChatAccessForUser -WhatIf -ErrorVariable failed
        $failed | Should -BeNullOrEmpty
        (Get-SandboxRequest).Count | Should -Be 0
    }

    It 'names the people in outcomes, errors and the confirmation' {
        Set-SandboxFault @{ times = 1; fault = @{ kind = 'status'; code = 403; graph_code = 'Forbidden'; message = 'No.' } }
        $target = New-Record 1 | ConvertTo-Json -Depth 9 | Find-ChatAccess
        $name = "user user1@contoso.com in chat $($target.ThreadId) with eve@evil.example"
        $outcome = $target | Remove-ChatAccessForUser -ErrorVariable failed -ErrorAction SilentlyContinue
        $outcome.UserPrincipalName | Should -Be 'user1@contoso.com'
        $outcome.ExternalUser | Should -Be 'eve@evil.example'
        "$outcome" | Should -Be "Denied: user user1@contoso.com in chat $($target.ThreadId)"
        $failed[0].Exception.Message | Should -BeLike "Denied: $name. Forbidden: No.*"
        $target | Export-Csv -LiteralPath "$TestDrive/targets.csv"
        $run = Invoke-FreshPowerShell "Import-Module '$ModulePath'; Import-Csv '$TestDrive/targets.csv' | Remove-ChatAccessForUser -WhatIf"
        $run.Output.Trim() | Should -Be "What if: Performing the operation `"Remove all access`" on target `"$name`"."
        "$(New-Target 1 | Remove-ChatAccessForUser)" | Should -Be "Removed: user $User in chat $((New-Target 1).ThreadId)"
    }
}
