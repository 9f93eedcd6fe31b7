function script:Close-Session {
    <#
    .SYNOPSIS
    Closes the accounts of this session and stops its runs. Runs before the module is removed.
    #>
    [CmdletBinding()]
    param()

    foreach ($run in @($script:Runs)) {
        if ($run.Cmdlet.CommandRuntime) {
            # The command still runs, and returns the outcomes.
            Stop-DisconnectedRun $run
            $null = $script:Handles.Remove($run.Handle)
        }
    }
    foreach ($handle in @($script:Handles)) { Close-NativeHandle $handle }
    $script:CurrentContext = $null
}
