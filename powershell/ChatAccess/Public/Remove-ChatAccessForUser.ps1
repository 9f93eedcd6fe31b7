function Remove-ChatAccessForUser {
    <#
    .SYNOPSIS
    Removes users' access to Microsoft Teams chats.

    .DESCRIPTION
    Calls removeAllAccessForUser of Microsoft Graph for each user and chat:
    a user of your tenant loses access to a chat that an external user
    started. Pass one removal with parameters, or any number through the
    pipeline.

    The removals are sent at the rate that the service allows, about 50 per
    minute for a signed-in administrator. The command waits as long as the
    service requests, and retries where a retry can succeed. A removal that
    fails is an error, and the other removals continue.

    Each removal returns one object with a status:

    - Removed: the service confirmed the removal.
    - AlreadyRemoved: this command or its journal confirmed the removal
      earlier, and no later evidence shows the chat again. Nothing was sent.
    - NotFound: Microsoft Graph has no such chat or user (404).
    - Denied: a permission is missing, or Microsoft Graph denied access
      (403).
    - Unauthorized: Microsoft Graph rejected the access token (401).
    - Throttled: the service requested a wait beyond the time for retries
      (429).
    - Failed: the removal failed for another reason, which Message states.
    - Uncertain: the request was sent and its response was lost. Run the
      command again.
    - Cancelled: the command ended before the removal was sent.
    - Invalid: an id can't be used, or the target is unresolved. Nothing was
      sent.

    Only Removed and AlreadyRemoved mean that the service confirmed the
    removal.

    Run Connect-ChatAccess first. Ctrl+C stops the command at once. With
    -JournalPath, the same command continues later where it stopped.

    Block the external user before you remove chats. The service does not
    prevent external users from writing again, and then the chat is back.
    The targets of Find-ChatAccess say when a chat was last seen. With the
    same journal, a chat that was seen after its removal is removed again.

    .PARAMETER TenantId
    The home tenant of the user, as a GUID. Audit records contain it as
    OrganizationId. The default is the tenant of the signed-in account.
    Alias: OrganizationId.

    .PARAMETER UserId
    The Entra object id of the user who loses access, as a GUID, or the
    user principal name. A name is looked up once in the directory, which
    needs the permission User.ReadBasic.All: Connect-ChatAccess -Scope
    Chat.ReadWrite.All, User.ReadBasic.All. Do not use the UserKey of an
    audit record: it is the id of the actor, who is often the external
    user. Aliases: UserObjectId, AadUserId, RecipientObjectId.

    .PARAMETER ThreadId
    The id of the chat: 19:...@unq.gbl.spaces, 19:...@thread.v2 or
    19:meeting_...@thread.v2. Another form that begins with 19: is sent
    with a warning, and Microsoft Graph decides. Aliases: ChatId,
    ChatThreadId, ChatsId.

    .PARAMETER LastSeen
    The time of the latest evidence of the chat, with its zone, such as
    2026-08-31T10:18:39Z. The targets of Find-ChatAccess contain it. Where
    it is later than the confirmed removal in the journal, or in this
    command, the chat came back and the removal is sent again. The time of
    the removal is that of the service; evidence of the same second counts
    as later, because a removal can be repeated without harm. Without
    LastSeen, a confirmed removal is not sent again.

    .PARAMETER Force
    Sends all removals, also those that the journal or this command
    confirmed earlier.

    .PARAMETER InputObject
    An object or a hashtable with the properties TenantId, UserId and
    ThreadId, or an array of these.

    .PARAMETER JournalPath
    A file to record the removals in, one JSON object per line. The same
    command with the same journal continues where it stopped: it skips
    confirmed removals and tries all others again. If the file can't be
    written, nothing is sent.

    .PARAMETER ApiVersion
    The version of the Microsoft Graph API: v1.0 or beta. The default is
    v1.0.

    .PARAMETER RequestsPerSecond
    The service's limit for one signed-in user, if yours is not the
    documented limit of 1 request per second. The command stays below it.

    .PARAMETER RequestTimeoutSec
    The maximum duration of one request, in seconds. The default is 30.

    .PARAMETER ItemTimeoutSec
    The maximum time for the retries of one removal, in seconds from its
    first request. The default is 900 (15 minutes).

    .PARAMETER RunTimeoutSec
    The maximum duration of the command, in seconds. Removals that are not
    finished by then end as Cancelled. By default there is no limit.

    .PARAMETER Context
    The accounts to send the removals with, as Connect-ChatAccess -PassThru
    returned them. Each account sends at its own rate. The default is the
    current account.

    .PARAMETER WhatIf
    Shows which removals would be sent, and checks their ids and, where an
    account is connected, its tenant and permissions. Nothing is sent.

    .PARAMETER Confirm
    Prompts for confirmation before each removal.

    .INPUTS
    Objects and hashtables with the properties TenantId, UserId and
    ThreadId, or with their aliases, also with spaces (User ID). An object
    in which two of these contain different values for one parameter is
    rejected. The targets of Find-ChatAccess also name the people, and an
    UnresolvedReason, with which a removal is rejected.

    .OUTPUTS
    ChatAccess.RemovalOutcome, one for each removal, with these properties:

    - TenantId, UserId, ThreadId: the ids of the removal.
    - UserPrincipalName, ExternalUser: the names of the user and of the
      external users, if the input contains them.
    - Status: how the removal ended. The description lists the values.
    - HttpStatus: the HTTP status of the last response. Empty if there was
      no response.
    - Code: the error code of Microsoft Graph. Empty if there was no error.
    - Message: what happened, in the words of Microsoft Graph or of this
      module.
    - NextStep: what to do next. Empty if there is nothing to do.
    - RequestId: the id that Microsoft Graph gave the last request.
      Microsoft support asks for it. For AlreadyRemoved, the id of the
      request that removed the access.
    - ClientRequestId: the id that this module gave the last request.
    - Attempts: the number of requests sent. 0 if nothing was sent.
    - Duration: the time from the first request to the end of the removal.
    - Completed: the time when the removal ended, as text in ISO 8601 and in
      UTC, such as 2026-10-01T10:00:00Z. To compare it, use
      [datetime] $_.Completed. For AlreadyRemoved, the time when the service
      confirmed the removal.
    - Account: the user principal name of the signed-in account that sent
      the last request, or its object id. Empty if nothing was sent.
    - TimesReturned: how often evidence showed the chat again after the
      service had confirmed its removal. 0 if it never did. Message says
      when.
    - PreviouslyRemoved: the time when the service had last confirmed the
      removal before this request, in the form of Completed. Empty for the
      first removal.
    - Number: the position of the removal in the input, from 1.

    .EXAMPLE
    PS> Remove-ChatAccessForUser -TenantId $tenant -UserId $user -ThreadId $chat

    Removes one user's access to one chat.

    .EXAMPLE
    PS> Import-Csv targets.csv | Remove-ChatAccessForUser -JournalPath run.jsonl

    Sends the removals of a table with the columns TenantId, UserId and
    ThreadId. After an interruption, run the same command again.

    .EXAMPLE
    PS> $found = Find-ChatAccess AuditLog_*.csv -ExternalDomain evil.example
    PS> $csv = @{ NoTypeInformation = $true; Encoding = 'utf8' }
    PS> $found | Remove-ChatAccessForUser | Export-Csv report.csv @csv

    Finds the chats with one external domain in audit log exports, removes
    your users' access to them, and writes the outcomes to a report.

    .EXAMPLE
    PS> Import-Csv targets.csv | Remove-ChatAccessForUser -WhatIf

    Checks the table and shows which removals would be sent.

    .EXAMPLE
    PS> $found = Find-ChatAccess -Hunting -ExternalDomain evil.example
    PS> $found | Remove-ChatAccessForUser -JournalPath run.jsonl

    Run every hour, this removes new chats, and removes again the chats that
    came back since the last run. It sends nothing for the others.

    .LINK
    Connect-ChatAccess
    .LINK
    Find-ChatAccess
    .LINK
    https://learn.microsoft.com/graph/api/chat-removeallaccessforuser
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium', DefaultParameterSetName = 'Ids', PositionalBinding = $false)]
    # ChatAccess.RemovalOutcome, with the properties that Tab offers: see ChatAccess.Types.ps1xml.
    [OutputType('ChatAccess.RemovalOutcome#Columns')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('OrganizationId')]
        [AllowNull()]
        [AllowEmptyString()]
        [string] $TenantId,

        [Parameter(Mandatory, Position = 1, ParameterSetName = 'Ids')]
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'InputObject')]
        [Alias('UserObjectId', 'AadUserId', 'RecipientObjectId')]
        [AllowNull()]
        [AllowEmptyString()]
        [string] $UserId,

        [Parameter(Mandatory, Position = 2, ParameterSetName = 'Ids')]
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'InputObject')]
        [Alias('ChatId', 'ChatThreadId', 'ChatsId')]
        [AllowNull()]
        [AllowEmptyString()]
        [string] $ThreadId,

        # Not text, because the text that PowerShell makes of a time has no zone.
        [Parameter(ValueFromPipelineByPropertyName)]
        [AllowNull()]
        [object] $LastSeen,

        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'InputObject')]
        [AllowNull()]
        [AllowEmptyCollection()]
        [object] $InputObject,

        [Parameter(DontShow)]
        [AllowNull()]
        [AllowEmptyString()]
        [string] $UnresolvedReason,

        [string] $JournalPath,

        [switch] $Force,

        [ValidateSet('v1.0', 'beta')]
        [string] $ApiVersion = 'v1.0',

        [ValidateRange(0.01, 10000)]
        [double] $RequestsPerSecond,

        [ValidateRange(1, 3600)]
        [int] $RequestTimeoutSec,

        [ValidateRange(0, 86400)]
        [int] $ItemTimeoutSec,

        [ValidateRange(1, 2000000)]
        [int] $RunTimeoutSec,

        [AllowNull()]
        [object[]] $Context
    )

    begin {
        $run = $null
        Initialize-ChatAccess
        Clear-AbandonedRun $PSCmdlet
        $accounts = @(Resolve-ChatAccessContext -Cmdlet $PSCmdlet -Parameter $PSBoundParameters -AllowNone:$WhatIfPreference)
        $run = New-NativeRun -Cmdlet $PSCmdlet -EventWriter 'Write-RemovalEvent' -Activity "Removing users' access to chats" -ProgressId 1
        $run.Account = @(foreach ($account in $accounts) { $account.Handle })
        $run.Endpoint = if ($accounts) { "$($accounts[0].GraphEndpoint) ($ApiVersion)" }
        $run.DefaultTenant = if ($accounts) { $accounts[0].TenantId }
        $run.Option = Get-RemovalOption -Cmdlet $PSCmdlet -Parameter $PSBoundParameters -ApiVersion $ApiVersion
        # The parameters that the properties of an object do not change.
        $run.Fixed = @(foreach ($name in 'TenantId', 'UserId', 'ThreadId', 'LastSeen', 'UnresolvedReason') { if ($PSBoundParameters.ContainsKey($name)) { $name } })
        $fields = $run.Field = Get-RemovalField -Cmdlet $PSCmdlet
        # Without -WhatIf, -Confirm and -Verbose, ShouldProcess does nothing, and takes as long as a tenth
        # of a removal.
        $isSilent = -not $WhatIfPreference -and $ConfirmPreference -in 'High', 'None' -and $VerbosePreference -eq 'SilentlyContinue'
        $isSimple = $script:HasCleanBlock -and -not $run.Fixed
        $run.Number = 0
        $run.Removed = 0
        $run.Failed = 0
    }

    process {
        $row = if ($isSimple -and $InputObject -is [Management.Automation.PSCustomObject]) {
            # As Get-RemovalRow does for the usual object, without the calls of functions, which take
            # longer than the rest: this runs for each of thousands of removals. For the same reason,
            # nothing in this function is dot-sourced: PowerShell would look up each variable by name.
            $found = @{ Number = ++$run.Number }
            $isUsual = $true
            foreach ($property in $InputObject.PSObject.Properties) {
                $field = $fields[$property.Name]
                if ($field -eq '') { continue }
                # Read-RemovalRow splits a text with several external users.
                $isUsual = $field -and $field -ne 'ExternalUser' -and -not $found[$field] -and $property.Value -is [string]
                if (-not $isUsual) { break }
                $found[$field] = $property.Value
            }
            if ($isUsual -and $found.TenantId -and $found.UserId -and -not $found.UnresolvedReason -and -not $found.UserId.Contains('@')) { $found } else { $run.Number-- }
        }
        if ($row) {
            Send-RemovalRow $run $row ($isSilent -or $PSCmdlet.ShouldProcess((Get-RemovalName $row), 'Remove all access'))
            return
        }
        $given = @{ TenantId = $TenantId; UserId = $UserId; ThreadId = $ThreadId; UnresolvedReason = $UnresolvedReason }
        $given.LastSeen = if ($null -eq $LastSeen -or $LastSeen -is [string]) { $LastSeen } else { ConvertTo-TimeText $LastSeen }
        $rows = Get-RemovalRow $run $given $(if ($PSCmdlet.ParameterSetName -eq 'Ids') { $given } else { $InputObject })
        if ($script:HasCleanBlock -and $rows -is [hashtable]) {
            # As below, without the pipeline, which takes as long as the rest.
            $isApproved = $isSilent -or $rows.Conflict -or $rows.UnresolvedReason -or $PSCmdlet.ShouldProcess((Get-RemovalName $rows), 'Remove all access')
            Send-RemovalRow $run $rows $isApproved
            return
        }
        # Not a loop, for the reason that Wait-NativeRun states.
        Invoke-WithCleanup $run {
            $rows | & {
                process {
                    $isApproved = $isSilent -or $_.Conflict -or $_.UnresolvedReason -or $PSCmdlet.ShouldProcess((Get-RemovalName $_), 'Remove all access')
                    Send-RemovalRow $run $_ $isApproved
                }
            }
        }
    }

    end {
        if ($run.Handle) {
            Invoke-WithCleanup $run { Complete-NativeRun $run }
        } elseif ($run.Number -eq 0) {
            $PSCmdlet.WriteWarning('The pipeline contained no targets, so nothing was removed.')
        }
        Write-RemovalSummary $run
    }
}
