function script:Write-RunProgress {
    <#
    .SYNOPSIS
    Updates the progress bar of a run: twice a second at most, and not in its first half second.
    #>
    param([hashtable] $Run)

    $now = $Run.Watch.ElapsedMilliseconds
    if ($now - $Run.ProgressAt -lt 500) {
        return
    }
    $Run.ProgressAt = $now
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
