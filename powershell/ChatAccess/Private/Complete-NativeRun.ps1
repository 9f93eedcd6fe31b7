function script:Complete-NativeRun {
    <#
    .SYNOPSIS
    Tells the native library that a run has all its input, and writes the remaining events.
    #>
    param([hashtable] $Run)

    $null = $Run.Native::chat_access_finish($Run.Handle)
    Wait-NativeRun $Run
}
