function script:Wait-NativeRun {
    <#
    .SYNOPSIS
    Writes the events of a run until there are no more, or until a condition is true.
    .DESCRIPTION
    A pipeline repeats the work, because a loop would catch the 'break' or 'continue' of a following
    command.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The script blocks use them.')]
    param(
        [hashtable] $Run,

        [scriptblock] $Until = { $Run.Fetched.Status -eq $NativeStatus.Ended }
    )

    $turns = [Collections.Concurrent.BlockingCollection[int]]::new()
    $turns.Add(0)
    $turns.GetConsumingEnumerable() | & {
        process {
            Receive-NativeEvent $Run
            if (& $Until) { $turns.CompleteAdding() } else { $turns.Add(0) }
        }
    }
}
