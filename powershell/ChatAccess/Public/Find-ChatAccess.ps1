function Find-ChatAccess {
    <#
    .SYNOPSIS
    Finds external users' chats with your users in audit and hunting data.

    .DESCRIPTION
    Reads exports and records, or queries Microsoft Graph, and returns one
    object for each chat and user of your tenant. Pipe the objects into
    Remove-ChatAccessForUser.

    Files are recognized by their content, can be compressed with gzip or
    zip, and one call can read different kinds:

    - Purview audit searches (new and classic), as CSV
    - results of Search-UnifiedAuditLog, as CSV
    - audit records of Microsoft Graph and of the Management Activity API,
      as JSON or JSON lines
    - the Defender tables MessageEvents and CloudAppEvents, as CSV (also
      from Sentinel) or JSON
    - incidents and alerts of Defender with their evidence, as JSON

    Microsoft Graph can be queried for:

    - the audit log, with -StartDate. This takes minutes to hours, and is
      available in the Global cloud only.
    - the Defender tables, with -Hunting. This takes seconds.
    - incidents and alerts of Defender, with -IncidentId and -AlertId.
    - the chats of the users that you name, with -DiscoveryToken.

    One call can combine all of these with files or records. A chat and user
    that several sources contain is one object.

    The UserKey of an audit record is the object id of the actor, who is
    often the external user. The command therefore returns a UserId only
    where the records prove it, and FoundBy states how. Otherwise the target
    is unresolved: UserId is empty, Unresolved and UnresolvedReason state
    why, and Remove-ChatAccessForUser rejects it.

    An invalid row is skipped and an incomplete one is used as far as it
    can be read, both with a warning (-Verbose lists each row). A truncated
    file is read as far as it goes, and a file of an unknown kind is an
    error. If nothing is found, a warning says why: which filter excludes
    everything and what was found instead, or what the records are about.

    External users choose names and addresses. The command concludes nothing
    about your users from them, and warns if a record contradicts what is
    known of your tenant; see docs/security.md.

    .PARAMETER Path
    The files to read. Accepts wildcards.

    .PARAMETER LiteralPath
    The files to read, by their exact names.

    .PARAMETER InputObject
    Records from the pipeline: JSON text, or the objects that
    Search-UnifiedAuditLog, Import-Csv, Invoke-RestMethod,
    Get-MgSecurityAuditLogQueryRecord, Get-MgSecurityAlertV2 and
    Get-MgSecurityIncident -ExpandProperty alerts return, also in arrays
    and in objects that contain them. Text that is the path of a file
    stands for the file.

    .PARAMETER StartDate
    Queries the audit log from this time on. Needs Connect-ChatAccess with
    the additional permission AuditLogsQuery.Read.All. With -Hunting and
    without -AuditLog, only Defender is queried from this time on.

    .PARAMETER EndDate
    The end of the query; records of this time or later are not included.
    The default is now.

    .PARAMETER AuditLog
    Queries the audit log, also when -Hunting is set. Without -StartDate,
    the query starts 180 days ago.

    .PARAMETER Hunting
    Queries Defender for MessageEvents and CloudAppEvents, by default for
    the last 30 days, which is all that it keeps. Needs Connect-ChatAccess
    with the additional permission ThreatHunting.Read.All. For users that
    no record assigns to a tenant, also use -InternalDomain or
    -ResolveUser.

    .PARAMETER IncidentId
    Reads the alerts of these incidents of Defender, by number. Needs
    Connect-ChatAccess with the additional permission
    SecurityIncident.Read.All, and a role in Defender. The addresses in an
    alert are assigned to tenants as those of messages are: also use
    -InternalDomain or -ResolveUser.

    .PARAMETER AlertId
    Reads these alerts of Defender, by id. Needs Connect-ChatAccess with
    the additional permission SecurityAlert.Read.All, and a role in
    Defender.

    .PARAMETER DiscoveryToken
    An access token of an application, to list the chats of the users in
    -UserPrincipalName. It needs the application permissions
    Chat.ReadBasic.All, ChatMember.Read.All for chats of more than 25
    people, and User.ReadBasic.All. The token is used for nothing else. It
    is sent to the cloud of the connected account or, without one, to the
    Global cloud. A removal still needs the sign-in of a user.

    .PARAMETER UserPrincipalName
    Only these users of your tenant, by user principal name or object id.
    Accepts wildcards, except with -DiscoveryToken. A text without @ is the
    part before it, and matches only if one user has it.

    .PARAMETER ExternalDomain
    Only chats with external users of these domains. Accepts wildcards, and
    addresses, of which only the domain counts. If
    the domain of no external user is known, a warning says so.

    .PARAMETER ExternalTenantId
    Only chats with external users of these tenants, as GUIDs.

    .PARAMETER Operation
    Only records of these operations, such as ChatCreated or MessageSent.
    Accepts wildcards. Without wildcards, the audit log query returns only
    these operations. Messages in hunting results have the operation
    MessageEvents, those in alerts the operation Alert, and listed chats
    the operation Chats.

    .PARAMETER After
    Only records of this time or later. Listed chats are always included,
    because the list does not contain the time when a chat was last used.

    .PARAMETER Before
    Only records before this time.

    .PARAMETER ThreadId
    Only chats with these ids. Accepts wildcards, and links to chats.

    .PARAMETER ChatType
    Only chats of these types: OneOnOne, Group, Meeting or Other.

    .PARAMETER IncludeInternal
    Includes chats without external users.

    .PARAMETER TenantId
    Your tenant, as a GUID, for records that do not contain it, such as
    MessageEvents. This is not the TenantId column of Sentinel, which
    contains the workspace. It isn't needed if the same call reads audit
    records.

    .PARAMETER InternalDomain
    All domains of your tenant, for records that do not assign domains to
    tenants, such as MessageEvents. Any other domain is then external. What
    you state here wins over a record that says otherwise.

    .PARAMETER ResolveUser
    Looks up users whose object id no record contains, by their user
    principal name, in the directory of the connected account. Needs
    Connect-ChatAccess with the additional permission User.ReadBasic.All.
    With User.Read, the verified domains of this account's tenant are read
    too, and used like -InternalDomain. If the records do not contain your
    tenant, the tenant of this account is used.

    .PARAMETER Context
    The account to query Microsoft Graph with, as Connect-ChatAccess
    -PassThru returned it. The default is the current account.

    .PARAMETER Report
    A file to write an HTML report to: which external users reached which
    of your users, when, and the targets. The page is self-contained, so
    you can print and send it. An existing file is replaced, but not an
    input of the search. If the file can't be written, nothing is searched.

    .INPUTS
    Audit records and hunting results as objects or JSON text, arrays of
    them, or the files that Get-ChildItem returns or their paths.

    .OUTPUTS
    ChatAccess.Target, one for each chat and user, with these properties.
    Properties marked with * are lists, which Export-Csv writes as 'a; b'.

    - TenantId: your tenant. Remove-ChatAccessForUser needs it.
    - UserId: the Entra object id of your user. Empty if the records do not
      prove it.
    - ThreadId: the id of the chat.
    - UserPrincipalName: the name of your user, if a record contains it.
    - ChatType: OneOnOne, Group, Meeting or Other.
    - External: whether external users take part in the chat.
    - ExternalTenantId*: the tenants of the external users.
    - ExternalDomain*: the domains of the external users. Use these to block
      them.
    - ExternalUser*: the user principal names or addresses of the external
      users. This list and those of tenants and domains contain at most 100
      items.
    - ExternalName*: the names under which people saw the external users,
      such as IT Help Desk. Anybody can choose any name.
    - Operation*: the recorded operations in the chat.
    - FirstSeen, LastSeen: the times of the first and the last record, as
      text in ISO 8601 and in UTC, such as 2026-10-01T10:00:00Z. To compare
      them, use [datetime] $_.LastSeen.
    - EventCount: the number of records. A record that two files contain
      counts once.
    - FirstRecord, LastRecord: the file and the row of the first and the
      last record, such as 'AuditLog.csv, row 12'.
    - Source*: where the records are from: AuditLog, CloudAppEvents,
      MessageEvents, Chats or Alerts.
    - FoundBy: what UserId was found by. UserKey: your user is the actor of
      a record. ChatId: the id of the one-to-one chat contains it.
      RecipientObjectId, SenderObjectId: a message contains it. ChatMember:
      the chat's list of members contains it. UserEvidence: the same alert
      contains it with the user's address. Directory: the directory has a
      user with this name.
    - Unresolved: why the target can't be removed yet: NoTenant,
      NoInternalUser, UnknownSide, UnverifiedSender, NoObjectId,
      NotInDirectory, Contradiction or UnusableThread. Empty for a target
      that can be removed.
    - UnresolvedReason: the same as a sentence, with what to do.

    .EXAMPLE
    PS> $found = Find-ChatAccess AuditLog_*.csv -ExternalDomain evil.example
    PS> $found | Remove-ChatAccessForUser -JournalPath removals.jsonl

    Removes your users' access to the chats with one external domain.

    .EXAMPLE
    PS> Find-ChatAccess exports.zip | Where-Object Unresolved | Format-List

    Shows the targets that the exports leave unresolved, and why.

    .EXAMPLE
    PS> Find-ChatAccess AuditLog_*.csv -ResolveUser | Where-Object Unresolved

    Looks up the members of group chats in the directory, and shows the
    targets that remain unresolved.

    .EXAMPLE
    PS> Search-UnifiedAuditLog @search -ResultSize 5000 | Find-ChatAccess

    Reads the records that a search returns.

    .EXAMPLE
    PS> $found = Find-ChatAccess -StartDate (Get-Date).AddDays(-7)
    PS> $found | Remove-ChatAccessForUser -WhatIf

    Searches the audit log of the last week, without an export, and shows
    which removals would be sent. Connect with -Scope Chat.ReadWrite.All,
    AuditLogsQuery.Read.All first.

    .EXAMPLE
    PS> Find-ChatAccess AuditLog_*.csv -Hunting -ResolveUser

    Combines exports with the results of Defender.

    .EXAMPLE
    PS> Find-ChatAccess -IncidentId 2931 -ResolveUser

    Finds the chats in the alerts of an incident. Connect with -Scope
    Chat.ReadWrite.All, SecurityIncident.Read.All, User.ReadBasic.All first.

    .EXAMPLE
    PS> Find-ChatAccess -DiscoveryToken $token -UserPrincipalName $user

    Lists a user's chats with external users.

    .EXAMPLE
    PS> Find-ChatAccess AuditLog_*.csv -Report chats.html

    Writes a report to review before anything is removed.

    .EXAMPLE
    PS> $own = @{ TenantId = $tenant; InternalDomain = 'contoso.com' }
    PS> $csv = @{ NoTypeInformation = $true; Encoding = 'utf8' }
    PS> Find-ChatAccess MessageEvents.csv @own | Export-Csv targets.csv @csv

    Reads hunting results, which contain neither your tenant nor its
    domains, and writes the targets to a table.

    .LINK
    Remove-ChatAccessForUser
    .LINK
    https://learn.microsoft.com/purview/audit-log-export-records
    #>
    [CmdletBinding(DefaultParameterSetName = 'Online', PositionalBinding = $false)]
    # ChatAccess.Target, with the properties that Tab offers: see ChatAccess.Types.ps1xml.
    [OutputType('ChatAccess.Target#Columns')]
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

        [ValidateNotNullOrEmpty()]
        [string[]] $IncidentId,

        [ValidateNotNullOrEmpty()]
        [string[]] $AlertId,

        [ValidateNotNull()]
        [Security.SecureString] $DiscoveryToken,

        [SupportsWildcards()]
        [string[]] $UserPrincipalName,

        [SupportsWildcards()]
        [string[]] $ExternalDomain,

        [string[]] $ExternalTenantId,

        [ArgumentCompleter({ foreach ($one in 'ChatCreated', 'MemberAdded', 'MemberRemoved', 'MessageSent', 'MessageCreatedHasLink', 'MessageEvents', 'Alert', 'Chats') { if ($one -like "$($args[2])*") { $one } } })]
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

        [AllowNull()]
        [object] $Context,

        [string] $Report
    )

    begin {
        $run = $null
        Initialize-ChatAccess
        Clear-AbandonedRun $PSCmdlet
        $run = New-NativeRun -Cmdlet $PSCmdlet -EventWriter 'Write-SearchEvent' -Activity 'Searching for chats' -ProgressId 2
        $run.Request = Get-GraphSearchRequest -Cmdlet $PSCmdlet -Parameter $PSBoundParameters
        $run.Request.query = Get-SearchQuery -Parameter $PSBoundParameters
        if ($PSBoundParameters.ContainsKey('Report')) {
            $run.Request.report = Resolve-OutputPath -Cmdlet $PSCmdlet -Parameter Report -Path $Report
        }
        $run.Files = [Collections.Generic.List[string]]::new()
        $utf8 = [Text.Encoding]::UTF8
    }

    process {
        # Most records: AuditData of a row, and JSON text. A function call would double their time.
        if ($run.Handle) {
            $text = if ($InputObject -is [string]) { $InputObject } else { $InputObject.AuditData }
            if ($text -is [string] -and $text.StartsWith('{', 'Ordinal')) {
                $bytes = $utf8.GetBytes($text)
                if ($run.Native::chat_access_feed($run.Handle, $bytes, $bytes.Length) -eq 0) { return }
            }
        }
        $completed = $false
        try {
            if ($PSCmdlet.ParameterSetName -eq 'InputObject') {
                Add-SearchInput $run $InputObject $DiscoveryToken
            } elseif ($PSCmdlet.ParameterSetName -ne 'Online') {
                foreach ($file in Resolve-SearchPath -Cmdlet $PSCmdlet -Path $Path -LiteralPath $LiteralPath) { $run.Files.Add($file) }
            }
            $completed = $true
        } catch [InvalidOperationException] {
            $PSCmdlet.ThrowTerminatingError($_)
        } finally {
            # Runs on Ctrl+C and -ErrorAction Stop too.
            if (-not $completed) {
                Stop-NativeRun $run
            }
        }
    }

    end {
        try {
            if ($run.Files.Count -and $run.Handle) {
                throw (New-ChatAccessError -ErrorId 'FilesAndRecords' -Category InvalidArgument -Message (
                        'The pipeline contains both files and records.') -RecommendedAction 'Pass the files in one call and the records in another.')
            }
            if ($run.Request.report) {
                Assert-NotInput -Path $run.Request.report -Source $run.Files
            }
            $online = $run.Request.audit_query -or $run.Request.hunting -or $run.Request.alerts -or $run.Request.chats
            if ($PSCmdlet.ParameterSetName -eq 'Online' -and -not $online) {
                throw (New-ChatAccessError -ErrorId 'NothingToSearch' -Category InvalidArgument -Message (
                        'There is nothing to search.') -RecommendedAction 'Use -Path with audit log exports, pipe records to the command, or use -StartDate, -Hunting, -IncidentId, -AlertId or -DiscoveryToken.')
            }
            if ($PSCmdlet.ParameterSetName -eq 'InputObject' -and -not $run.Files.Count -and -not $run.Handle -and -not $run.NotRecords) {
                $PSCmdlet.WriteWarning('The pipeline contained no records.')
            }
            if ($run.Files.Count -or ($online -and -not $run.Handle)) {
                Open-SearchRun -Run $run -Path $run.Files -Secret $DiscoveryToken
            }
        } catch [InvalidOperationException] {
            Stop-NativeRun $run
            $PSCmdlet.ThrowTerminatingError($_)
        }
        if ($run.Handle) {
            Invoke-WithCleanup $run { Complete-SearchRun $run }
        }
    }
}
