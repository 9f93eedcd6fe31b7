function Remove-ChatAccessForUser {
    <#
    .SYNOPSIS
    Removes all access of a user to a Teams chat, one or ten thousand times.

    .DESCRIPTION
    Calls Microsoft Graph's removeAllAccessForUser for each removal that comes in: an internal user loses a
    chat that an outsider started. Removals run at the pace that the service allows (about 50 a minute for a
    signed-in administrator), wait as long as the service asks, and are tried again where that can help. A
    removal that fails is an error and the others go on.

    Each removal gives one object with its status: Removed, AlreadyRemoved (by this run or its journal),
    NotFound, Denied, Unauthorized, Throttled, Failed, Uncertain (the answer was lost: run the command
    again), Cancelled or Invalid. Only Removed and AlreadyRemoved say that the service confirmed it.

    Run Connect-ChatAccess first. Ctrl+C stops at once; with -JournalPath the same command goes on later.

    Block the outsider before you remove chats: the service does not stop them from writing again.

    .PARAMETER TenantId
    The tenant of the user: your own, a GUID. Audit records have it as OrganizationId.

    .PARAMETER UserId
    The Entra object id of the user who loses access, a GUID. Not the UserKey of an audit record: that is
    whoever acted, often the outsider.

    .PARAMETER ThreadId
    The chat: 19:...@unq.gbl.spaces, 19:...@thread.v2 or 19:meeting_...@thread.v2.

    .PARAMETER UnresolvedReason
    Why Find-ChatAccess could not settle whom to remove. With a reason nothing is sent: the removal is refused
    with it.

    .PARAMETER JournalPath
    A file that keeps what was done, one JSON object a line. The same command with the same journal goes on
    where it was stopped: what is confirmed is skipped, everything else is tried again.

    .PARAMETER ApiVersion
    The version of Microsoft Graph: v1.0, or beta.

    .PARAMETER RequestsPerSecond
    The service's limit for a signed-in user, where yours is not the documented 1 a second. The pace is kept
    under it.

    .PARAMETER RequestTimeoutSec
    How long one request may take. 30 seconds without this parameter.

    .PARAMETER ItemTimeoutSec
    How long after its first request a removal may be tried again. 15 minutes without this parameter.

    .PARAMETER RunTimeoutSec
    How long the command may take; what is left then ends as Cancelled. There is no limit without this
    parameter.

    .PARAMETER Context
    The accounts to work with, each at its own pace, as Connect-ChatAccess -PassThru returned them. Without
    this parameter it is the current one.

    .PARAMETER WhatIf
    Shows which removals would be made, and checks their ids; nothing is sent.

    .PARAMETER Confirm
    Asks before each removal.

    .INPUTS
    Objects with TenantId, UserId and ThreadId; see the aliases for what other tools call them.

    .OUTPUTS
    ChatAccess.RemovalOutcome with TenantId, UserId, ThreadId, Status, HttpStatus, Code, Message, NextStep,
    RequestId, ClientRequestId, Attempts, Duration and Completed (UTC).

    .EXAMPLE
    PS> Remove-ChatAccessForUser -TenantId $tenant -UserId $user -ThreadId '19:b8577894a63548969c5c92bb9c80c5e1@thread.v2'

    Removes one user from one chat.

    .EXAMPLE
    PS> Import-Csv targets.csv | Remove-ChatAccessForUser -JournalPath removals.jsonl | Export-Csv report.csv

    Makes the removals of a table with the columns TenantId, UserId and ThreadId, writes a report, and can be
    run again after an interruption.

    .EXAMPLE
    PS> Find-ChatAccess AuditLog_*.csv -ExternalDomain evil.example | Remove-ChatAccessForUser -JournalPath removals.jsonl

    Finds the chats with one outside domain in audit log exports, and removes your users' access to them.

    .EXAMPLE
    PS> Import-Csv targets.csv | Remove-ChatAccessForUser -WhatIf

    Checks the table and shows what would be removed.

    .LINK
    Connect-ChatAccess
    .LINK
    Find-ChatAccess
    .LINK
    https://learn.microsoft.com/graph/api/chat-removeallaccessforuser
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('ChatAccess.RemovalOutcome')]
    param(
        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('OrganizationId')]
        [AllowNull()]
        [AllowEmptyString()]
        [string] $TenantId,

        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('ObjectId', 'UserObjectId', 'AadUserId', 'RecipientObjectId')]
        [AllowNull()]
        [AllowEmptyString()]
        [string] $UserId,

        [Parameter(Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('ChatId', 'ChatThreadId', 'ChatsId')]
        [AllowNull()]
        [AllowEmptyString()]
        [string] $ThreadId,

        [Parameter(ValueFromPipelineByPropertyName)]
        [AllowNull()]
        [AllowEmptyString()]
        [string] $UnresolvedReason,

        [string] $JournalPath,

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

        [PSTypeName('ChatAccess.Context')] [object[]] $Context
    )

    begin {
        Initialize-ChatAccess
        $accounts = @(Resolve-ChatAccessContext -Cmdlet $PSCmdlet -Context $Context -AllowNone:$WhatIfPreference)
        $option = Get-RemovalOption -Cmdlet $PSCmdlet -Parameter $PSBoundParameters -ApiVersion $ApiVersion
        $run = $null
    }

    process {
        $completed = $false
        try {
            if ($UnresolvedReason) {
                Write-UnresolvedRemoval -Cmdlet $PSCmdlet -Id $TenantId, $UserId, $ThreadId -Reason $UnresolvedReason
            } elseif (-not $PSCmdlet.ShouldProcess("User $UserId in chat $ThreadId", 'Remove all access')) {
                Test-RemovalId -Cmdlet $PSCmdlet -Id $TenantId, $UserId, $ThreadId
            } else {
                if (-not $run) {
                    $PSCmdlet.WriteVerbose("Sending to $($accounts[0].GraphEndpoint) ($ApiVersion).")
                    $run = Open-RemovalRun -Cmdlet $PSCmdlet -Account $accounts.Handle -Option $option
                }
                Send-Removal -Run $run -Id $TenantId, $UserId, $ThreadId
            }
            $completed = $true
        } catch [InvalidOperationException] {
            $PSCmdlet.ThrowTerminatingError($_)
        } finally {
            # Ctrl+C, -ErrorAction Stop and a Select-Object -First behind come through here.
            if (-not $completed -and $run) {
                Close-NativeRun $run
            }
        }
    }

    end {
        if ($run) {
            try {
                Complete-NativeRun $run
            } finally {
                Close-NativeRun $run
            }
        }
    }
}
