@{
    RootModule           = 'ChatAccess.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '6a0c1f64-2f0e-4a57-9f8b-6a3c7d1e4b90'
    Author               = 'The ChatAccess authors'
    CompanyName          = 'ChatAccess'
    Copyright            = '(c) 2026 The ChatAccess authors. MIT license.'
    Description          = "Removes users' access to Microsoft Teams chats that external users started, one or thousands at a time, within the service's limits. Finds these chats in audit logs and hunting results, and calls Microsoft Graph's removeAllAccessForUser."
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    TypesToProcess       = @('ChatAccess.Types.ps1xml')
    FormatsToProcess     = @('ChatAccess.Format.ps1xml')
    FunctionsToExport    = @(
        'Connect-ChatAccess'
        'Disconnect-ChatAccess'
        'Export-ChatAccessReport'
        'Export-ChatAccessToken'
        'Find-ChatAccess'
        'Get-ChatAccessBlockCommand'
        'Get-ChatAccessContext'
        'Register-ChatAccessApp'
        'Remove-ChatAccessForUser'
        'Test-ChatAccess'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('Teams', 'MicrosoftTeams', 'Graph', 'Security', 'IncidentResponse', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ProjectUri   = 'https://github.com/chat-access/chat-access'
            LicenseUri   = 'https://github.com/chat-access/chat-access/blob/main/LICENSE'
            ReleaseNotes = 'https://github.com/chat-access/chat-access/blob/main/CHANGELOG.md'
        }
    }
}
