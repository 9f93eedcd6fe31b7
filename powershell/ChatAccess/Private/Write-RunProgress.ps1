function script:Write-RunProgress {
    <#
    .SYNOPSIS
    Updates the progress bar of a run.
    #>
    param([hashtable] $Run)

    $Run.ProgressAt = $Run.Watch.ElapsedMilliseconds
    if ($Run.ProgressMeter) {
        & $Run.ProgressMeter $Run
    }
    if (-not $Run.Doing) {
        return
    }
    $progress = [Management.Automation.ProgressRecord]::new($Run.ProgressId, $Run.Activity, $Run.Doing)
    $progress.PercentComplete = $Run.Percent
    if ($Run.EndsAt) {
        $progress.SecondsRemaining = [int] [Math]::Min([int]::MaxValue, [Math]::Max(0, ($Run.EndsAt - $Run.Watch.Elapsed).TotalSeconds))
    }
    $Run.ShowsProgress = $true
    $Run.Cmdlet.WriteProgress($progress)
}
