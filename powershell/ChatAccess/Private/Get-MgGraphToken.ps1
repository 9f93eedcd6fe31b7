function script:Get-MgGraphToken {
    <#
    .SYNOPSIS
    Returns the access token of the connected Microsoft.Graph session.
    .DESCRIPTION
    Microsoft.Graph has no command that gives it, so it is read from a request that it sent: its own user.
    #>
    [CmdletBinding()]
    [OutputType([Security.SecureString])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingConvertToSecureStringWithPlainText', '', Justification = 'Microsoft.Graph has it as text.')]
    param()

    $session = if (Get-Module -Name Microsoft.Graph.Authentication) { Get-MgContext }
    if (-not $session) {
        throw (New-ChatAccessError -ErrorId 'MgGraphNotConnected' -Category ConnectionError -Message (
                'There is no connected Microsoft.Graph session.') -RecommendedAction (
                "Run Connect-MgGraph -Scopes 'Chat.ReadWrite.All' first, or leave -UseMgGraphSession out."))
    }
    $uri = 'v1.0/me?$select=id'
    $answer = Invoke-MgGraphRequest -Method GET -Uri $uri -OutputType HttpResponseMessage
    $header = $answer.RequestMessage.Headers.Authorization
    if (-not $header.Parameter) {
        throw (New-ChatAccessError -ErrorId 'MgGraphTokenNotFound' -Category AuthenticationError -Message (
                'The Microsoft.Graph session gave no access token.') -RecommendedAction (
                'Run Connect-MgGraph again, or leave -UseMgGraphSession out.'))
    }
    ConvertTo-SecureString -String $header.Parameter -AsPlainText -Force
}
