# An import costs what PowerShell has to read. So the packaged module has the commands of Public appended to this
# file, and what they share is read from Private when the first of them is used.

function Initialize-ChatAccess {
    if ($script:Initialized) {
        return
    }
    # Their functions are named 'script:' to belong to the module and not to this function.
    foreach ($script in [IO.Directory]::GetFiles("$PSScriptRoot/Private", '*.ps1')) {
        . $script
    }
    # The runs that are not closed yet. They and the account of Connect-ChatAccess belong to this runspace.
    $script:Runs = [Collections.Generic.List[object]]::new()
    $MyInvocation.MyCommand.Module.OnRemove = { Disconnect-ChatAccess -WhatIf:$false -Confirm:$false }
    $script:Initialized = $true
}
