<#
.SYNOPSIS
A scheduled task that removes users' access to the chats in the CSV files of a folder.

.DESCRIPTION
The task works unattended: it uses a refresh token from a SecretManagement vault, and stores the new one each time. To
set it up, sign in once as the account of the task, so that its vault receives the token:

    Install-Module Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore
    Register-SecretVault -Name Local -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
    Set-SecretStoreConfiguration -Authentication None -Interaction None
    Connect-ChatAccess -TenantId contoso.com
    Set-Secret -Name ChatAccessRefreshToken -SecureStringSecret (Export-ChatAccessToken)

Then register the task:

    $action = New-ScheduledTaskAction -Execute pwsh.exe -Argument '-NonInteractive -File C:\ChatAccess\scheduled-task.ps1 -Folder C:\ChatAccess\Targets -TenantId contoso.com'
    Register-ScheduledTask -TaskName 'Remove chat access' -Action $action -Trigger (New-ScheduledTaskTrigger -Daily -At 6am) -User CONTOSO\svc-chataccess -Password (Read-Host)

Each file needs the columns TenantId, UserId and ThreadId. The journal is in the same folder. A removal that it confirms
is not sent again, so the files can stay, and a task that was stopped continues the next time.

Exit codes: 0, the service confirmed every removal; 1, some are not confirmed, see the outcomes; 2, nothing was sent.

.PARAMETER Folder
The folder with the CSV files. Keep it on a local disk, where only the account of the task can write.

.PARAMETER TenantId
The tenant to sign in to.

.PARAMETER ClientId
The application that the refresh token was issued to, if it is not the default one.

.PARAMETER SecretName
The name of the refresh token in the vault.

.PARAMETER GraphEndpoint
The address of another Microsoft Graph, to try the script out.

.PARAMETER AuthorityHost
The address of another Entra sign-in service, to try the script out.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Folder,

    [string] $TenantId,

    [string] $ClientId,

    [string] $SecretName = 'ChatAccessRefreshToken',

    [string] $GraphEndpoint,

    [string] $AuthorityHost
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$connect = @{}
foreach ($name in 'TenantId', 'ClientId', 'GraphEndpoint', 'AuthorityHost') {
    if ($PSBoundParameters.ContainsKey($name)) { $connect[$name] = $PSBoundParameters[$name] }
}

function Save-Token {
    Set-Secret -Name $SecretName -SecureStringSecret (Export-ChatAccessToken)
}

try {
    $targets = @(Get-ChildItem -LiteralPath $Folder -Filter *.csv | Where-Object Name -NE 'outcomes.csv' | ForEach-Object { Import-Csv -LiteralPath $_.FullName })
    Connect-ChatAccess @connect -RefreshToken (Get-Secret -Name $SecretName)
    # Saved now, because a task can be stopped at any time, and again at the end, because a long run renews it.
    Save-Token
} catch {
    # The state of the task names the cause only by its exit code; the text is for a log.
    "$($_.FullyQualifiedErrorId): $_"
    exit 2
}
$outcomes = @()
try {
    $outcomes = @($targets | Remove-ChatAccessForUser -JournalPath (Join-Path $Folder 'removals.jsonl') -ErrorAction SilentlyContinue)
} finally {
    Save-Token
    Disconnect-ChatAccess
}
$outcomes | Export-Csv -LiteralPath (Join-Path $Folder 'outcomes.csv') -NoTypeInformation -Encoding UTF8
$outcomes
$open = @($outcomes | Where-Object Status -NotIn 'Removed', 'AlreadyRemoved')
exit [int] ($open.Count -gt 0)
