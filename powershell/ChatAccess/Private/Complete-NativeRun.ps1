function script:Complete-NativeRun {
    <#
    .SYNOPSIS
    Ends the input of a run, writes its remaining events, and closes it.
    #>
    param([hashtable] $Run)

    $null = $Run.Native::chat_access_finish($Run.Handle)
    Wait-NativeRun $Run
    Close-NativeRun $Run
}
