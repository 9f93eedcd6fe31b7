# The clean block of Find-ChatAccess and Remove-ChatAccessForUser. PowerShell 7.3 and later run it
# when a pipeline ends in any way. Windows PowerShell can't parse it, so that the commands can't
# contain it: a package has both commands in this file, with this block, and without it in
# NoCleanBlock.ps1.
clean {
    if ($run) { Stop-NativeRun $run }
}
