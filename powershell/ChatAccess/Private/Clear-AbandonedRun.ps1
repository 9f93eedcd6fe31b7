function script:Clear-AbandonedRun {
    <#
    .SYNOPSIS
    Ends the runs whose pipelines have ended without them, and reports what they did.
    .DESCRIPTION
    When a preceding command of a pipeline fails, Windows PowerShell runs no block of the following
    commands. PowerShell 7.3 runs their clean block.
    #>
    param([Management.Automation.PSCmdlet] $Cmdlet)

    foreach ($run in @($script:Runs)) {
        # PowerShell takes the runtime away from a command when its pipeline ends.
        if ($null -eq $run.Cmdlet.CommandRuntime) {
            Stop-NativeRun -Run $run -Cmdlet $Cmdlet
        }
    }
}
