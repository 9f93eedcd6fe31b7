function script:Wait-NativeRun {
    <#
    .SYNOPSIS
    Writes the events of a run until there are no more.
    #>
    param([hashtable] $Run)

    while ((Receive-NativeEvent $Run) -ne $NativeStatus.Ended) { }
}
