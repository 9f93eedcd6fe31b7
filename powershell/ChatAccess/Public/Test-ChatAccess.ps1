function Test-ChatAccess {
    <#
    .SYNOPSIS
    Checks whether this computer and the connected account are ready.

    .DESCRIPTION
    Run this command first in an unknown place, and when something does not
    work. It needs no account, changes nothing, and takes a few seconds at
    most, also without a network. Each check is made even if another one
    fails.

    The connections are made by the native library, so their results are
    what the other commands will meet: the same proxy, the same certificate
    store. Two requests are sent, without a token: one to Microsoft Graph
    and one to Entra. A further connection to each reads who issued its
    certificate.

    No result contains a token or a password, so you can send the results to
    someone who helps you.

    .PARAMETER Environment
    The cloud to check: Global (also for GCC), USGov (GCC High) or
    USGovDoD. The default is that of the account, or Global without an
    account.

    .PARAMETER GraphEndpoint
    The address of a different Microsoft Graph, such as a test server. It
    must use https, or http on a loopback address.

    .PARAMETER AuthorityHost
    The address of a different Entra sign-in service, such as a test
    server. It must use https, or http on a loopback address.

    .PARAMETER Context
    The account to check, as Connect-ChatAccess -PassThru returned it. The
    default is the current account.

    .OUTPUTS
    ChatAccess.CheckResult, one for each check, with these properties:

    - Name: what was checked. Module, PowerShell, Session, Memory, Graph,
      Graph certificate, Entra, Entra certificate, Clock and Account. With
      an account also Token, and the name of each command that needs a
      permission.
    - Passed: true; false if something must be changed before removals work;
      or empty if the check could not be made, or if only one command needs
      the permission that is missing.
    - Message: what was found, as a sentence.
    - NextStep: what to do about it. May be empty.

    .EXAMPLE
    PS> Test-ChatAccess

    Shows all checks, each with its next step.

    .EXAMPLE
    PS> Test-ChatAccess | Where-Object Passed -EQ $false | Format-List

    Shows only what must be changed, with the next step.

    .EXAMPLE
    PS> Test-ChatAccess -Environment USGov

    Checks the connections to the cloud of GCC High before you sign in.

    .EXAMPLE
    PS> Test-ChatAccess | ConvertTo-Json | Set-Content checks.json

    Saves the results, such as for a support case.

    .LINK
    Connect-ChatAccess
    .LINK
    Get-ChatAccessContext
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('ChatAccess.CheckResult')]
    param(
        [ArgumentCompleter({ foreach ($one in 'Global', 'USGov', 'USGovDoD') { if ($one -like "$($args[2])*") { $one } } })]
        [string] $Environment,

        [string] $GraphEndpoint,

        [string] $AuthorityHost,

        [AllowNull()]
        [object] $Context
    )

    Initialize-ChatAccess
    Clear-AbandonedRun $PSCmdlet
    $account = Resolve-ChatAccessContext -Cmdlet $PSCmdlet -Parameter $PSBoundParameters -AllowNone | Microsoft.PowerShell.Utility\Select-Object -First 1
    $request = @{}
    foreach ($field in @{ Environment = 'environment'; GraphEndpoint = 'graph_endpoint'; AuthorityHost = 'authority_host' }.GetEnumerator()) {
        if ($PSBoundParameters.ContainsKey($field.Key)) { $request[$field.Value] = $PSBoundParameters[$field.Key] }
    }
    if (-not $request.Count -and $account) {
        if ($account.Environment -eq 'Custom') {
            $request.graph_endpoint = $account.GraphEndpoint
            $request.authority_host = $account.AuthorityHost
        } else {
            $request.environment = $account.Environment
        }
    }
    $found = @{}
    try {
        Add-SystemProxy $request
        $found = Invoke-Probe -Cmdlet $PSCmdlet -Request $request
    } catch {
        # A parameter that can't be used is the caller's to correct. Everything else has a check.
        if ($_.FullyQualifiedErrorId -like 'Invalid*') { $PSCmdlet.ThrowTerminatingError($_) }
    }
    $addresses = Get-CloudAddress $request
    Test-Computer -Found $found
    Test-Service -Name 'Graph' -Address $addresses.Graph -Found $found -SystemProxy $request['graph_proxy']
    Test-Service -Name 'Entra' -Address $addresses.Entra -Found $found -SystemProxy $request['authority_proxy']
    Test-Clock -Found $found
    Test-Account -Context $account
}
