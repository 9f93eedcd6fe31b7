# Audit records of chats with an external user.

$script:homeTenant = '5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61'
$script:away = 'bbbbbbbb-0000-4000-8000-00000000000b'
$script:eve = '99999999-0000-4000-8000-000000000009'

function New-UserId {
    param([int] $Number)
    '{0:x8}-0000-4000-8000-000000000001' -f $Number
}

# An audit record: the external user creates a one-to-one chat with the user with this number.
function New-Record {
    param([int] $Number, [string] $ThreadId = "19:$(New-UserId $Number)_$eve@unq.gbl.spaces")
    [ordered] @{
        CreationTime     = '2026-08-31T10:18:39'
        Id               = '{0:x8}-0000-4000-8000-0000000000ff' -f $Number
        Operation        = 'ChatCreated'
        OrganizationId   = $homeTenant
        RecordType       = 25
        UserKey          = $eve
        UserType         = 0
        UserId           = 'eve@evil.example'
        ChatThreadId     = $ThreadId
        Members          = @(
            @{ OrganizationId = $homeTenant; UPN = "user$Number@contoso.com" }
            @{ OrganizationId = $away; UPN = 'eve@evil.example' })
        ParticipantInfo  = @{
            HasForeignTenantUsers   = $true
            ParticipatingSIPDomains = @(@{ DomainName = 'contoso.com'; TenantId = $homeTenant }; @{ DomainName = 'evil.example'; TenantId = $away })
            ParticipatingTenantIds  = @($homeTenant, $away)
        }
        ResourceTenantId = $away
    }
}

# An alert of Defender: the external user writes to the user with this number.
function New-Alert {
    param([int] $Number)
    $name = "user$Number@contoso.com"
    [ordered] @{
        id = "da$($Number)_-1"; incidentId = '2931'; tenantId = $homeTenant
        evidence = @(
            [ordered] @{
                '@odata.type' = '#microsoft.graph.security.teamsMessageEvidence'; receivedDateTime = '2026-08-31T10:20:00Z'
                threadId = '19:{0:x32}@thread.v2' -f $Number; threadType = 'Chat'; messageId = '1'; messageDirection = 'inbound'
                senderFromAddress = 'eve@evil.example'; recipients = @($name)
            }
            [ordered] @{
                '@odata.type' = '#microsoft.graph.security.userEvidence'
                userAccount = @{ userPrincipalName = $name; azureAdUserId = (New-UserId $Number) }
            }
        )
    }
}
