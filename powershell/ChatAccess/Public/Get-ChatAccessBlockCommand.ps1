function Get-ChatAccessBlockCommand {
    <#
    .SYNOPSIS
    Returns the commands that block the external users of targets.

    .DESCRIPTION
    Block external users before you remove chats: the service does not
    prevent them from writing again. This command collects the external
    users and domains in the targets of Find-ChatAccess, or in the outcomes
    of Remove-ChatAccessForUser, and returns the three ways to block them,
    with the real values, for you to check and run. It blocks nothing, and
    needs no account.

    External users choose their names and addresses. A command therefore
    contains only plain addresses and domains, each in single quotes. The
    other values are in LeftOut. Domains of your own users are in no
    command.

    Check the values before you run a command: blocking a domain blocks
    everybody who uses it, such as a partner whose account was stolen.

    .PARAMETER InputObject
    Targets or outcomes, or rows of a CSV file of them, with the properties
    ExternalUser, ExternalDomain and UserPrincipalName.

    .INPUTS
    The objects that Find-ChatAccess and Remove-ChatAccessForUser return.

    .OUTPUTS
    ChatAccess.BlockCommand, one for each way that has values, with these
    properties:

    - Way: User blocks single external users. Domain blocks everybody of a
      domain. AllowBlockList is the Teams tab of the Tenant Allow/Block List
      in the Defender portal, which has no command.
    - ValueCount: the number of users and domains.
    - Condition: what the way does, and where it works.
    - Command: the commands for Teams PowerShell, a line each; for
      AllowBlockList, the values to paste, a line each.
    - LeftOut: the values that are not in Command, because they are not
      plain addresses or domains, or belong to your tenant.

    .EXAMPLE
    PS> $found = Find-ChatAccess -IncidentId 2931 -ResolveUser
    PS> $found | Get-ChatAccessBlockCommand

    Shows how to block the external users of an incident.

    .EXAMPLE
    PS> $ways = $found | Get-ChatAccessBlockCommand
    PS> ($ways | Where-Object Way -EQ User).Command | Set-Clipboard

    Copies the command that blocks the external users.

    .EXAMPLE
    PS> Import-Csv targets.csv | Get-ChatAccessBlockCommand

    Reads the external users from a table that Export-Csv wrote.

    .LINK
    Find-ChatAccess
    .LINK
    https://learn.microsoft.com/powershell/module/microsoftteams/set-csteamsexternalaccessconfiguration
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('ChatAccess.BlockCommand')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [AllowNull()]
        [AllowEmptyCollection()]
        [object] $InputObject
    )

    begin {
        Initialize-ChatAccess
        $found = @{
            users   = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
            domains = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
            own     = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
        }
    }

    process {
        foreach ($one in $InputObject) {
            foreach ($part in @{ ExternalUser = $found.users; ExternalDomain = $found.domains }.GetEnumerator()) {
                $names = $one.($part.Key)
                # Export-Csv writes lists with this separator.
                if ($names -is [string]) { $names = $names -split '; ' }
                foreach ($name in $names) { if ($name) { $null = $part.Value.Add($name) } }
            }
            # The user of an unresolved target may be an external user.
            if ($one.UserPrincipalName -and $one.UserId -and -not $one.Unresolved) { $null = $found.own.Add($one.UserPrincipalName) }
        }
    }

    end {
        $request = @{ users = @($found.users); domains = @($found.domains); own = @($found.own) }
        $ways = @(Get-BlockCommand -Request $request | Microsoft.PowerShell.Core\Where-Object { $_.count -or $_.left_out })
        if (-not $ways) {
            $PSCmdlet.WriteWarning('The input names no external user and no external domain, so there is nothing to block.')
        }
        $ways | Microsoft.PowerShell.Core\ForEach-Object {
            [pscustomobject] @{
                PSTypeName = 'ChatAccess.BlockCommand'
                Way        = $_.way
                ValueCount = $_.count
                Condition  = $_.condition
                Command    = $_.command
                LeftOut    = [string[]] @($_.left_out)
            }
        }
    }
}
