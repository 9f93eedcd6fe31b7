<#
.SYNOPSIS
A job of GitHub Actions, or of another CI service, that removes users' access to the chats in a table.

.DESCRIPTION
The job works unattended: it uses a refresh token from the environment variable CHATACCESS_REFRESH_TOKEN, which the CI
service fills from its secrets. To set it up, sign in once at a desktop and store the token:

    Connect-ChatAccess -TenantId contoso.com
    [pscredential]::new('token', (Export-ChatAccessToken)).GetNetworkCredential().Password |
        gh secret set CHATACCESS_REFRESH_TOKEN --env chat-access

The token expires 90 days after it was issued. With the variable GH_TOKEN, a token of GitHub that may write secrets of
the environment, the job stores the new token each time. Without it, the job still works, and says that the token was
not renewed. examples/github-actions.yml is a workflow that runs this script.

Exit codes: 0, the service confirmed every removal; 1, some are not confirmed. An error before the first removal ends
the script.

.PARAMETER TargetPath
A CSV file with the columns TenantId, UserId and ThreadId.

.PARAMETER OutcomePath
The CSV file to write the outcomes to.

.PARAMETER JournalPath
The journal. Keep it between the jobs, such as in a cache, to resume after an interruption.

.PARAMETER TenantId
The tenant to sign in to.

.PARAMETER ClientId
The application that the refresh token was issued to, if it is not the default one.

.PARAMETER GraphEndpoint
The address of another Microsoft Graph, to try the script out.

.PARAMETER AuthorityHost
The address of another Entra sign-in service, to try the script out.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $TargetPath,

    [string] $OutcomePath = 'outcomes.csv',

    [string] $JournalPath = 'removals.jsonl',

    [string] $TenantId,

    [string] $ClientId,

    [string] $GraphEndpoint,

    [string] $AuthorityHost
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$connect = @{}
foreach ($name in 'TenantId', 'ClientId', 'GraphEndpoint', 'AuthorityHost') {
    if ($PSBoundParameters.ContainsKey($name)) { $connect[$name] = $PSBoundParameters[$name] }
}
if (-not $env:CHATACCESS_REFRESH_TOKEN) {
    throw 'The environment variable CHATACCESS_REFRESH_TOKEN is empty. Pass the secret with the refresh token to this step.'
}
$token = [securestring]::new()
$env:CHATACCESS_REFRESH_TOKEN.ToCharArray() | ForEach-Object { $token.AppendChar($_) }
# The processes that this one starts must not inherit it.
Remove-Item Env:CHATACCESS_REFRESH_TOKEN

function Save-Token {
    if ($env:GH_TOKEN) {
        # On the standard input, so that no list of processes and no log contains it.
        [pscredential]::new('token', (Export-ChatAccessToken)).GetNetworkCredential().Password |
            gh secret set CHATACCESS_REFRESH_TOKEN --env chat-access
    } else {
        'The new refresh token was not stored: GH_TOKEN is empty.'
    }
}

$targets = @(Import-Csv -LiteralPath $TargetPath)
Connect-ChatAccess @connect -RefreshToken $token
$outcomes = @()
try {
    Save-Token
    $outcomes = @($targets | Remove-ChatAccessForUser -JournalPath $JournalPath -ErrorAction SilentlyContinue)
} finally {
    Disconnect-ChatAccess
}
$outcomes | Export-Csv -LiteralPath $OutcomePath -NoTypeInformation -Encoding UTF8
$counts = @($outcomes | Group-Object Status -NoElement | Sort-Object Name)
if ($env:GITHUB_STEP_SUMMARY) {
    @('| Status | Removals |', '|---|---|') + @($counts | ForEach-Object { "| $($_.Name) | $($_.Count) |" }) | Add-Content -LiteralPath $env:GITHUB_STEP_SUMMARY
}
$counts | ForEach-Object { "$($_.Name): $($_.Count)" }
$open = @($outcomes | Where-Object Status -NotIn 'Removed', 'AlreadyRemoved')
$open | ForEach-Object { "$($_.Status): $($_.UserId) in $($_.ThreadId): $($_.Message) $($_.NextStep)" }
exit [int] ($open.Count -gt 0)
