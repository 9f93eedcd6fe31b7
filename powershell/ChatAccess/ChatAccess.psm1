# Private: how the module talks to its native library. Public: one file for each command.

# A pipeline can be stopped while another command in it works. Only a 'clean' block hears of that, which
# PowerShell has since 7.3 and which Windows PowerShell can't parse, so it stands in a comment there.
$hasClean = $PSVersionTable['PSVersion'] -ge [version] '7.3'
foreach ($script in [IO.Directory]::GetFiles("$PSScriptRoot/Private", '*.ps1') + [IO.Directory]::GetFiles("$PSScriptRoot/Public", '*.ps1')) {
    if ($hasClean -and $script.EndsWith('Remove-ChatAccessForUser.ps1')) {
        . ([scriptblock]::Create([IO.File]::ReadAllText($script).Replace('# clean {', 'clean {')))
    } else {
        . $script
    }
}

# The account of Connect-ChatAccess, and the runs that are not closed yet. Both belong to this runspace.
$script:Context = $null
$script:Runs = [Collections.Generic.List[object]]::new()

$ExecutionContext.SessionState.Module.OnRemove = { Disconnect-ChatAccess -WhatIf:$false -Confirm:$false }
