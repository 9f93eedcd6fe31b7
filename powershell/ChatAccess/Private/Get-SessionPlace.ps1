function script:Get-SessionPlace {
    <#
    .SYNOPSIS
    Returns where this session runs: a name that programs compare, and words for a sentence.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()

    $name, $text = if ($env:AUTOMATION_ASSET_ACCOUNTID -or $env:AUTOMATION_ASSET_SANDBOX_ID) {
        # Hybrid workers have the same variables as the cloud, but for this one.
        if ($env:AZUREPS_HOST_ENVIRONMENT -like 'AzureAutomation*') {
            'AutomationCloud', 'an Azure Automation job in the cloud'
        } else {
            'AutomationHybrid', 'an Azure Automation job on a hybrid worker'
        }
    } elseif ($env:GITHUB_ACTIONS) {
        'CI', 'a job of GitHub Actions'
    } elseif ($env:TF_BUILD) {
        'CI', 'a job of Azure Pipelines'
    } elseif ($env:GITLAB_CI) {
        'CI', 'a job of GitLab CI'
    } elseif ($env:CI -or $env:JENKINS_URL) {
        'CI', 'a CI job'
    } elseif ($env:FUNCTIONS_WORKER_RUNTIME) {
        'Function', 'an Azure Function'
    } elseif ($Host.Name -eq 'ServerRemoteHost') {
        'Remote', 'a remote session'
    } elseif ($Host.Name -eq 'Default Host') {
        'Hosted', 'a session without a console, such as a background job'
    } else {
        'Local', "a session on this computer ($($Host.Name))"
    }
    @{ Name = $name; Text = $text }
}
