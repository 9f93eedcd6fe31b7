# Import time is mostly the time that PowerShell needs to open and parse files. A package therefore
# has the commands appended to this file, and the functions they share are loaded by the first
# command that runs.

function Initialize-ChatAccess {
    if ($script:Initialized) {
        return
    }
    # These functions have 'script:' in their names, so that they belong to the module and not to
    # this function.
    foreach ($file in [IO.Directory]::GetFiles("$PSScriptRoot/Private", '*.ps1')) {
        . $file
    }
    # The runs that are still open. They and the current account belong to this runspace.
    $script:Runs = [Collections.Generic.List[object]]::new()
    $MyInvocation.MyCommand.Module.OnRemove = { Disconnect-ChatAccess -WhatIf:$false -Confirm:$false }
    $script:Initialized = $true
}

# In a clone of the repository, the commands are in files of their own.
if ([IO.Directory]::Exists("$PSScriptRoot/Public")) {
    foreach ($file in [IO.Directory]::GetFiles("$PSScriptRoot/Public", '*.ps1')) {
        . $file
    }
}
