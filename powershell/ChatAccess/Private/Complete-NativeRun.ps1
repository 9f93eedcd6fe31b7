function script:Complete-NativeRun {
    <#
    .SYNOPSIS
    Ends the input of a run and writes its remaining events.
    #>
    param([hashtable] $Run)

    $null = $Run.Native::chat_access_finish($Run.Handle)
    Wait-NativeRun $Run
}
