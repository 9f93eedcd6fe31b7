function script:Get-MgGraphToken {
    <#
    .SYNOPSIS
    Returns the access token of the connected Microsoft.Graph session.
    .DESCRIPTION
    Microsoft.Graph has no command that returns the token, so it is read from the header of a
    request that it sends.
    #>
    [CmdletBinding()]
    [OutputType([Security.SecureString])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingConvertToSecureStringWithPlainText', '', Justification = 'Microsoft.Graph keeps the token as plain text.')]
    param()

    $session = if (Microsoft.PowerShell.Core\Get-Module -Name Microsoft.Graph.Authentication) { Microsoft.Graph.Authentication\Get-MgContext }
    if (-not $session) {
        throw (New-ChatAccessError -ErrorId 'MgGraphNotConnected' -Category ConnectionError -Message (
                'No Microsoft.Graph session is connected.') -RecommendedAction (
                "Run Connect-MgGraph -Scopes 'Chat.ReadWrite.All' first, or omit -UseMgGraphSession."))
    }
    $uri = 'v1.0/me?$select=id'
    $response = Microsoft.Graph.Authentication\Invoke-MgGraphRequest -Method GET -Uri $uri -OutputType HttpResponseMessage
    $header = $response.RequestMessage.Headers.Authorization
    if (-not $header.Parameter) {
        throw (New-ChatAccessError -ErrorId 'MgGraphTokenNotFound' -Category AuthenticationError -Message (
                'The Microsoft.Graph session has no access token.') -RecommendedAction (
                'Run Connect-MgGraph again, or omit -UseMgGraphSession.'))
    }
    Microsoft.PowerShell.Security\ConvertTo-SecureString -String $header.Parameter -AsPlainText -Force
}
