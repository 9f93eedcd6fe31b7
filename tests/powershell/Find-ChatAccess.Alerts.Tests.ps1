BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/records.ps1"

    function Connect-Defender {
        param([string] $Scope = 'SecurityIncident.Read.All SecurityAlert.Read.All')
        Connect-ChatAccess -AccessToken (New-SecureToken @{ scp = "Chat.ReadWrite.All $Scope" }) -GraphEndpoint $Sandbox
    }

    # As Get-MgSecurityIncident returns it: derived types keep their fields in a dictionary.
    function ConvertTo-MgObject {
        param([Collections.IDictionary] $Alert)
        $evidence = foreach ($one in $Alert.evidence) {
            $more = [Collections.Generic.Dictionary[string, object]]::new()
            foreach ($field in $one.GetEnumerator()) { $more[$field.Key] = $field.Value }
            [pscustomobject] @{ CreatedDateTime = [datetime]::UtcNow; DetailedRoles = $null; Roles = @(); Verdict = 'suspicious'; AdditionalProperties = $more }
        }
        [pscustomobject] @{
            Id = $Alert.id; IncidentId = '2931'; TenantId = $Alert.tenantId; Evidence = @($evidence)
            AdditionalProperties = [Collections.Generic.Dictionary[string, object]]::new()
        }
    }

    $script:Own = @{ InternalDomain = 'contoso.com' }
}

Describe 'Find-ChatAccess, from incidents and alerts' {
    BeforeEach {
        Reset-Sandbox
        $null = Invoke-Sandbox alerts -Body @{
            incidents = @(@{ id = '2931'; alerts = @((New-Alert 1), (New-Alert 2)) })
            alerts    = @((New-Alert 3))
        }
    }

    AfterEach {
        Disconnect-ChatAccess
    }

    It 'reads an incident and an alert by their ids' {
        Connect-Defender
        $found = Find-ChatAccess -IncidentId 2931 -AlertId da3_-1 @Own
        $found.UserId | Should -Be (1..3 | ForEach-Object { New-UserId $_ })
        $found[0].FoundBy, "$($found[0].Source)", "$($found[0].Operation)" | Should -Be 'UserEvidence', 'Alerts', 'Alert'
        $found[0].LastSeen | Should -Be '2026-08-31T10:20:00Z'
        $found[0].TenantId | Should -Be $Tenant
        $outcomes = $found | Remove-ChatAccessForUser @Fast
        $outcomes.Status | Should -Be 'Removed', 'Removed', 'Removed'
    }

    It 'names the permission that is missing' {
        Connect-Defender ''
        Find-ChatAccess -IncidentId 2931 @Own -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed[0].FullyQualifiedErrorId | Should -Be 'AlertsDenied,Find-ChatAccess'
        $failed[0].Exception.Message | Should -Match '^Defender alerts'
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'SecurityIncident\.Read\.All, and the account a role in Defender'
        Find-ChatAccess -AlertId da3_-1 @Own -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'SecurityAlert\.Read\.All'
    }

    It 'refuses what is no number of an incident, and asks for an account' {
        Connect-Defender
        { Find-ChatAccess -IncidentId da1_-1 @Own } | Should -Throw "IncidentId 'da1_-1' can't be used. Use the number of the incident, such as 2931."
        Disconnect-ChatAccess
        { Find-ChatAccess -IncidentId 2931 } | Should -Throw -ErrorId 'NotConnected,Find-ChatAccess'
    }

    It 'reads the same from <From>' -ForEach @(
        @{ From = 'the objects of Get-MgSecurityIncident'; Convert = { [pscustomobject] @{ Id = '2931'; Alerts = @($args | ForEach-Object { ConvertTo-MgObject $_ }); AdditionalProperties = @{} } } }
        @{ From = 'the objects of Get-MgSecurityAlertV2'; Convert = { $args | ForEach-Object { ConvertTo-MgObject $_ } } }
        @{ From = 'hashtables of Invoke-MgGraphRequest'; Convert = { @{ '@odata.context' = 'x'; value = @(@{ id = '2931'; alerts = $args }) } } }
        @{ From = 'the objects of Invoke-RestMethod'; Convert = { @{ id = '2931'; alerts = $args } | ConvertTo-Json -Depth 9 | ConvertFrom-Json } }
        @{ From = 'JSON text'; Convert = { $args | ForEach-Object { $_ | ConvertTo-Json -Depth 9 } } }
    ) {
        $found = & $Convert (New-Alert 1) (New-Alert 2) | Find-ChatAccess @Own
        $found.UserId | Should -Be (1..2 | ForEach-Object { New-UserId $_ })
        $found.FoundBy | Should -Be 'UserEvidence', 'UserEvidence'
        $found.TenantId | Should -Be $Tenant, $Tenant
        $found[0].LastSeen | Should -Be '2026-08-31T10:20:00Z'
    }

    It 'reads the same from a file' {
        $path = Join-Path $TestDrive 'incident.json'
        @{ id = '2931'; alerts = @((New-Alert 1), (New-Alert 2)) } | ConvertTo-Json -Depth 9 | Set-Content -LiteralPath $path
        (Find-ChatAccess $path @Own).UserId | Should -Be (1..2 | ForEach-Object { New-UserId $_ })
    }

    It 'says that an incident comes without its alerts' {
        $incident = [pscustomobject] @{ Id = '2931'; IncidentWebUrl = 'https://security.microsoft.com/incidents/2931'; Alerts = $null }
        $incident | Find-ChatAccess @Own -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -Match 'Incident 2931 comes without its alerts\. Use Get-MgSecurityIncident -ExpandProperty alerts'
    }

    It 'names channels and other evidence' {
        $alert = New-Alert 1
        $alert.evidence[0].threadType = 'Space'
        $alert.evidence += @{ '@odata.type' = '#microsoft.graph.security.ipEvidence'; ipAddress = '192.0.2.1' }
        $alert | ConvertTo-Json -Depth 9 | Find-ChatAccess @Own -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -Match 'Alerts name 1 channel of teams'
        "$warned" | Should -Match 'names no chat: ipEvidence'
    }
}
