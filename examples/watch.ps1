<#
.SYNOPSIS
An hourly Azure Automation runbook that keeps the chats of external users removed.

.DESCRIPTION
The service only hides a chat: an external user who is not blocked can write again, and the chat is back. Run this
every hour. It searches Defender for messages of the external users, removes the chats that are new, and removes again
those that came back since the last removal, as the journal knows it. It sends nothing for the others.

It is quiet: without a removal it returns nothing. Otherwise it returns one object for each removal that it made or
that failed, with TimesReturned and PreviouslyRemoved for a chat that came back. To be told, use a schedule that mails
the output of a job, or replace Send-Report.

A run that is interrupted loses nothing: the next one continues with the journal. Two runs at once are refused by the
journal, and the second one fails without sending anything.

Messages reach Defender late, so each run searches the last two days again. -Hours sets another time, up to 720.

The runbook works unattended as runbook.ps1 does, and is set up in the same way; see there. The account needs the
permissions Chat.ReadWrite.All and ThreatHunting.Read.All, and a role in Defender:

    Connect-ChatAccess -TenantId contoso.com -Scope Chat.ReadWrite.All, ThreatHunting.Read.All

A watch does not replace a block: see Get-ChatAccessBlockCommand.

.PARAMETER ExternalDomain
The domains of the external users. Accepts wildcards.

.PARAMETER InternalDomain
All domains of your tenant.

.PARAMETER JournalPath
The journal. All runs must use the same file, which must outlive the job: on a hybrid worker, or copied from and to a
storage account before and after the job.

.PARAMETER Hours
The time to search, in hours before now.

.PARAMETER TenantId
The tenant to sign in to.

.PARAMETER ClientId
The application that the refresh token was issued to, if it is not the default one.

.PARAMETER GraphEndpoint
The address of another Microsoft Graph, to try the runbook out.

.PARAMETER AuthorityHost
The address of another Entra sign-in service, to try the runbook out.
#>
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingConvertToSecureStringWithPlainText', '', Justification = 'Azure Automation returns an encrypted variable as text.')]
param(
    [Parameter(Mandatory)]
    [string[]] $ExternalDomain,

    [Parameter(Mandatory)]
    [string[]] $InternalDomain,

    [Parameter(Mandatory)]
    [string] $JournalPath,

    [ValidateRange(1, 720)]
    [int] $Hours = 48,

    [string] $TenantId,

    [string] $ClientId,

    [string] $GraphEndpoint,

    [string] $AuthorityHost
)

$ErrorActionPreference = 'Stop'
$variable = 'ChatAccessRefreshToken'

$connect = @{ Scope = 'Chat.ReadWrite.All', 'ThreatHunting.Read.All' }
foreach ($name in 'TenantId', 'ClientId', 'GraphEndpoint', 'AuthorityHost') {
    if ($PSBoundParameters.ContainsKey($name)) { $connect[$name] = $PSBoundParameters[$name] }
}

# Azure Automation's commands read and write an encrypted variable as text.
function Save-Token {
    $null = Set-AutomationVariable -Name $variable -Value ([pscredential]::new('token', (Export-ChatAccessToken)).GetNetworkCredential().Password)
}

# Returns what a person must know. Replace it to send a message instead, such as with Send-MgUserMail.
function Send-Report {
    param([object[]] $Outcome)
    $Outcome
}

Connect-ChatAccess @connect -RefreshToken (ConvertTo-SecureString (Get-AutomationVariable -Name $variable) -AsPlainText -Force)
try {
    # Saved now, because a job can be stopped at any time, and again at the end, because a long run renews it.
    Save-Token
    # Only what brings a chat back counts as evidence: a record of a removal, or of a user who leaves, does not.
    $search = @{ Operation = 'MessageEvents', 'MessageSent', 'MessageCreatedHasLink', 'ChatCreated', 'MemberAdded' }
    $search += @{ Hunting = $true; StartDate = [datetime]::UtcNow.AddHours(-$Hours); ExternalDomain = $ExternalDomain; InternalDomain = $InternalDomain }
    # If the search fails, what it found before is removed, its error is one of the job's, and the next run searches the
    # same time again.
    $found = @(Find-ChatAccess @search -WarningAction SilentlyContinue -WarningVariable warnings -ErrorAction Continue)
    foreach ($warning in $warnings) {
        # Nothing found is the usual case, and its warning is no news.
        if ($found -or $warning -notmatch '^(The search found no chat|No \w+ matches) ') { Write-Warning $warning }
    }
    $open = @($found | Where-Object Unresolved)
    $outcomes = @(
        if ($found.Count -gt $open.Count) {
            $found | Where-Object Unresolved -EQ $null | Remove-ChatAccessForUser -JournalPath $JournalPath -ErrorAction Continue 6> $null
        }
    )
    $news = @($outcomes | Where-Object Status -NE 'AlreadyRemoved')
    if ($news) { Send-Report $news }
    if ($open) { Write-Warning "$($open.Count) targets are unresolved and were not removed. Run Find-ChatAccess with -ResolveUser to see why." }
} finally {
    Save-Token
    Disconnect-ChatAccess
}
