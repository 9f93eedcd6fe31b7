function Find-ChatAccess {
    <#
    .SYNOPSIS
    Finds the chats with outsiders and your users in them, in audit logs and hunting results.

    .DESCRIPTION
    Reads what you export or search anyway, or asks Microsoft Graph, and gives one object per chat and user of
    your tenant. They pipe into Remove-ChatAccessForUser.

    Files are recognised by their content, may be gzip or zip, and may be of different kinds in one call:
    - Purview audit searches (new and classic), as CSV
    - Search-UnifiedAuditLog, exported as CSV
    - audit records of Microsoft Graph and of the Management Activity API, as JSON or JSON lines
    - Defender advanced hunting: MessageEvents and CloudAppEvents, as CSV (also Sentinel's) or as JSON

    Microsoft Graph is asked for
    - the audit log, with -StartDate; this takes minutes to hours, in the worldwide cloud only
    - Defender advanced hunting, with -Hunting; this takes seconds
    - the chats of named users, with -DiscoveryToken
    and all of these can be given in one call, with files or records too: a chat and user that is in several is
    one object.

    Whose object id a record holds is a trap: UserKey is the id of whoever acted, often the outsider. So an id
    is only taken where the records make it certain; FoundBy says how. Where they don't, the object has no
    UserId, and Unresolved and UnresolvedReason say why; Remove-ChatAccessForUser refuses it.

    A row that can't be used is skipped with a warning (-Verbose names each), a truncated file gives what it
    holds, and a file of another kind is an error.

    .PARAMETER Path
    The files; wildcards are allowed.

    .PARAMETER LiteralPath
    The files, by names that are taken as they are.

    .PARAMETER InputObject
    Records from the pipeline: what Search-UnifiedAuditLog, Import-Csv or Get-MgSecurityAuditLogQueryRecord
    return, or JSON text.

    .PARAMETER StartDate
    Asks for the audit log from this time on. Needs Connect-ChatAccess, with the permission
    AuditLogsQuery.Read.All too. With -Hunting it is the beginning of what Defender is asked for.

    .PARAMETER EndDate
    Up to before this time. By default now.

    .PARAMETER AuditLog
    Asks for the audit log where -Hunting is given too, or from 180 days ago where -StartDate is not.

    .PARAMETER Hunting
    Asks Defender for MessageEvents and CloudAppEvents, by default of the last 30 days, which is all it keeps. Needs
    Connect-ChatAccess, with the permission ThreatHunting.Read.All too. Whoever is in no record tied to a tenant
    needs -InternalDomain or -ResolveUser.

    .PARAMETER DiscoveryToken
    Lists the chats of the users that -UserPrincipalName names (or their object ids), with this token of an
    application, as a SecureString. Its application permissions are Chat.ReadBasic.All, ChatMember.Read.All for
    chats of more than 25 people, and User.ReadBasic.All. It is used for nothing else, and in the cloud of the
    account that is connected. The removal needs a person's sign-in all the same.

    .PARAMETER UserPrincipalName
    Only these users of your tenant, by user principal name or object id. Wildcards are allowed here and in the
    next parameters.

    .PARAMETER ExternalDomain
    Only chats with outsiders of these domains. Where no outsider's domain is known, a warning says so.

    .PARAMETER ExternalTenantId
    Only chats with outsiders of these tenants.

    .PARAMETER Operation
    Only records of these operations, such as ChatCreated or MessageSent. Without wildcards the audit log is asked
    for no others. Hunting results about messages are of the operation MessageEvents, and listed chats of Chats.

    .PARAMETER After
    Only records of this time and later. Listed chats are not left out by it: a list does not say when a chat was
    last used.

    .PARAMETER Before
    Only records before this time.

    .PARAMETER ThreadId
    Only these chats.

    .PARAMETER ChatType
    Only chats of these kinds.

    .PARAMETER IncludeInternal
    Chats without outsiders too.

    .PARAMETER TenantId
    Your tenant, for MessageEvents, which do not name it. Not the TenantId column of Sentinel: that is the
    workspace. Audit records in the same call name the tenant too.

    .PARAMETER InternalDomain
    All domains of your tenant, for records that do not say whose a domain is, such as MessageEvents. Any
    other domain is then an outsider's.

    .PARAMETER ResolveUser
    Looks up users whose object id is in no record in the directory of the tenant you are connected to, by
    their user principal name. Needs Connect-ChatAccess, with the permission User.ReadBasic.All too. Your
    tenant is then also known for sources that do not name it.

    .PARAMETER Context
    The account to ask and to look up users with, as Connect-ChatAccess -PassThru returned it. Without this parameter it
    is the current one.

    .PARAMETER Report
    A file for an HTML page that shows what was found: which outsiders reached whom, when, and the targets. It
    needs nothing else, can be printed and sent, and replaces a file of that name.

    .INPUTS
    Files, and audit records as objects or JSON text.

    .OUTPUTS
    ChatAccess.Target with TenantId, UserId, ThreadId, UserPrincipalName, ChatType, External,
    ExternalTenantId, ExternalDomain, ExternalUser, Operation, FirstSeen, LastSeen (UTC), EventCount, Source,
    FoundBy, Unresolved and UnresolvedReason.

    .EXAMPLE
    PS> Find-ChatAccess -Path AuditLog_*.csv -ExternalDomain evil.example | Remove-ChatAccessForUser -JournalPath removals.jsonl

    Removes your users' access to the chats with one outside domain.

    .EXAMPLE
    PS> Find-ChatAccess exports.zip | Where-Object Unresolved | Format-List UserPrincipalName, ThreadId, UnresolvedReason

    Shows whom the exports leave open, and why.

    .EXAMPLE
    PS> Find-ChatAccess AuditLog_*.csv -ResolveUser | Where-Object Unresolved

    Looks up the members of group chats in the directory, and shows who is still open.

    .EXAMPLE
    PS> Search-UnifiedAuditLog -StartDate $start -EndDate $end -Operations ChatCreated -ResultSize 5000 | Find-ChatAccess

    Takes the records of a search as they come.

    .EXAMPLE
    PS> Connect-ChatAccess -Scope Chat.ReadWrite.All, AuditLogsQuery.Read.All
    PS> Find-ChatAccess -StartDate (Get-Date).AddDays(-7) -ExternalDomain evil.example | Remove-ChatAccessForUser

    Searches the audit log of a week and removes what it finds, with nothing exported.

    .EXAMPLE
    PS> Find-ChatAccess AuditLog_*.csv -Hunting -ResolveUser

    Puts exports and what Defender knows together.

    .EXAMPLE
    PS> Find-ChatAccess -DiscoveryToken $token -UserPrincipalName ann@contoso.com, ben@contoso.com

    Lists two users' chats with outsiders.

    .EXAMPLE
    PS> Find-ChatAccess AuditLog_*.csv -Report chats.html

    Writes a page to look at before anything is removed.

    .EXAMPLE
    PS> Find-ChatAccess MessageEvents.csv -TenantId $tenant -InternalDomain contoso.com | Export-Csv targets.csv

    Reads hunting results, which name neither the tenant nor its domains, into a table for later.

    .LINK
    Remove-ChatAccessForUser
    .LINK
    https://learn.microsoft.com/purview/audit-log-export-records
    #>
    [CmdletBinding(DefaultParameterSetName = 'Online')]
    [OutputType('ChatAccess.Target')]
    param(
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Path')]
        [SupportsWildcards()]
        [ValidateNotNullOrEmpty()]
        [string[]] $Path,

        [Parameter(Mandatory, ParameterSetName = 'LiteralPath')]
        [Alias('PSPath', 'FullName')]
        [ValidateNotNullOrEmpty()]
        [string[]] $LiteralPath,

        [Parameter(Mandatory, ParameterSetName = 'InputObject', ValueFromPipeline)]
        [AllowNull()]
        [AllowEmptyString()]
        [object] $InputObject,

        [datetime] $StartDate,

        [datetime] $EndDate,

        [switch] $AuditLog,

        [switch] $Hunting,

        [ValidateNotNull()]
        [Security.SecureString] $DiscoveryToken,

        [SupportsWildcards()]
        [string[]] $UserPrincipalName,

        [SupportsWildcards()]
        [string[]] $ExternalDomain,

        [string[]] $ExternalTenantId,

        [SupportsWildcards()]
        [string[]] $Operation,

        [datetime] $After,

        [datetime] $Before,

        [SupportsWildcards()]
        [string[]] $ThreadId,

        [ValidateSet('OneOnOne', 'Group', 'Meeting', 'Other')]
        [string[]] $ChatType,

        [switch] $IncludeInternal,

        [string] $TenantId,

        [string[]] $InternalDomain,

        [switch] $ResolveUser,

        [PSTypeName('ChatAccess.Context')] [object] $Context,

        [string] $Report
    )

    begin {
        Initialize-ChatAccess
        $request = Get-GraphSearchRequest -Cmdlet $PSCmdlet -Parameter $PSBoundParameters
        $request.query = Get-SearchQuery -Parameter $PSBoundParameters
        if ($Report) { $request.report = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Report) }
        $files = [Collections.Generic.List[string]]::new()
        $search = $null
    }

    process {
        $completed = $false
        try {
            if ($PSCmdlet.ParameterSetName -in 'Path', 'LiteralPath') {
                Resolve-SearchPath -Cmdlet $PSCmdlet -Path $Path -LiteralPath $LiteralPath | ForEach-Object { $files.Add($_) }
            } elseif ($InputObject -is [IO.FileInfo]) {
                # What Get-ChildItem returns is meant as a file, not as a record.
                $files.Add($InputObject.FullName)
            } elseif ($InputObject -and ($InputObject -isnot [string] -or $InputObject.Trim())) {
                if (-not $search) {
                    $search = Open-SearchRun -Cmdlet $PSCmdlet -Request $request -Secret $DiscoveryToken
                }
                Send-SearchRecord $search $InputObject
            }
            $completed = $true
        } catch [InvalidOperationException] {
            $PSCmdlet.ThrowTerminatingError($_)
        } finally {
            # Ctrl+C, -ErrorAction Stop and a Select-Object -First behind come through here.
            if (-not $completed -and $search) {
                Close-NativeRun $search
            }
        }
    }

    end {
        try {
            if ($files.Count -and $search) {
                throw (New-ChatAccessError -ErrorId 'FilesAndRecords' -Category InvalidArgument -Message (
                        'Files and records came in by the same pipeline.') -RecommendedAction 'Give the files in one call and the records in another.')
            }
            $asks = $request.audit_query -or $request.hunting -or $request.chats
            if ($PSCmdlet.ParameterSetName -eq 'Online' -and -not $asks) {
                throw (New-ChatAccessError -ErrorId 'NothingToSearch' -Category InvalidArgument -Message (
                        'There is nothing to search.') -RecommendedAction 'Give audit log exports (-Path), records by the pipeline, -StartDate, -Hunting or -DiscoveryToken.')
            }
            if ($files.Count -or ($asks -and -not $search)) {
                $search = Open-SearchRun -Cmdlet $PSCmdlet -Path $files -Request $request -Secret $DiscoveryToken
            }
            if ($search) {
                Complete-SearchRun $search
            }
        } catch [InvalidOperationException] {
            $PSCmdlet.ThrowTerminatingError($_)
        } finally {
            if ($search) {
                Close-NativeRun $search
            }
        }
    }
}
