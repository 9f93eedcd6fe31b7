# Import time is mostly the time that PowerShell needs to open and parse files. A package therefore
# has the commands before this line, and the functions they share are loaded by the first command
# that runs.

if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    throw "ChatAccess can't run in $($ExecutionContext.SessionState.LanguageMode) mode, in which an application control policy of this computer allows only trusted scripts to call .NET and native libraries: have the files of the module signed, and allow their signer in the policy."
}
# The preference of the session would apply here too.
Microsoft.PowerShell.Core\Set-StrictMode -Off

function Initialize-ChatAccess {
    if ($script:Initialized) {
        return
    }
    # These functions have 'script:' in their names, so that they belong to the module and not to
    # this function.
    foreach ($file in [IO.Directory]::GetFiles("$PSScriptRoot/Private", '*.ps1')) {
        . $file
    }
    # The open runs, and the handles of these and of all accounts. They and the current account
    # belong to this runspace.
    $script:Runs = [Collections.Generic.List[object]]::new()
    $script:Handles = [Collections.Generic.List[long]]::new()
    $MyInvocation.MyCommand.Module.OnRemove = { Close-Session }
    Microsoft.PowerShell.Core\Register-ArgumentCompleter -CommandName @($MyInvocation.MyCommand.Module.ExportedFunctions.Keys) -ParameterName Context -ScriptBlock {
        foreach ($one in Get-ContextVariable) { if ($one.StartsWith($args[2], 'OrdinalIgnoreCase')) { $one } }
    }
    $script:Initialized = $true
}

# In a clone of the repository, the commands are in files of their own.
if ([IO.Directory]::Exists("$PSScriptRoot/Public")) {
    foreach ($file in [IO.Directory]::GetFiles("$PSScriptRoot/Public", '*.ps1')) {
        . $file
    }
} elseif ($PSVersionTable.PSVersion -ge [version] '7.3') {
    # Two of the commands. Windows PowerShell can't parse this file, and has them in the other one.
    . "$PSScriptRoot/CleanBlock.ps1"
    $script:HasCleanBlock = $true
} else {
    . "$PSScriptRoot/NoCleanBlock.ps1"
}
