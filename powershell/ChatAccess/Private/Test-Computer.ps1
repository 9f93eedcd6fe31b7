function script:Test-Computer {
    <#
    .SYNOPSIS
    Checks the module, PowerShell, the session and its memory, for Test-ChatAccess.
    #>
    [CmdletBinding()]
    [OutputType('ChatAccess.CheckResult')]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', '', Justification = 'The script blocks use them.')]
    param(
        # What Invoke-Probe returned.
        [hashtable] $Found
    )

    Invoke-Check 'Module' {
        $path = Resolve-NativeLibraryPath
        $null = Get-NativeLibrary
        $module = $ExecutionContext.SessionState.Module.Version
        $file = "its native library, '$path'"
        if ($Found.Version -and $Found.Version -ne "$module") {
            return @{
                Passed   = $false
                Message  = "ChatAccess $module has the native library of version $($Found.Version): '$path'."
                NextStep = 'Install the ChatAccess module again. Then start a new PowerShell session.'
            }
        }
        @{ Passed = $true; Message = "ChatAccess $module works with $file." }
    }
    Invoke-Check 'PowerShell' {
        $version = $PSVersionTable.PSVersion
        $isCore = $PSVersionTable['PSEdition'] -eq 'Core'
        $system = if ($isCore) { [Runtime.InteropServices.RuntimeInformation]::OSDescription.Trim() } else { [Environment]::OSVersion.VersionString }
        $name = if ($isCore) { 'PowerShell' } else { 'Windows PowerShell' }
        $old = $isCore -and $version -lt [version] '7.4'
        @{
            Passed   = -not $old
            Message  = "$name $version runs in $($ExecutionContext.SessionState.LanguageMode) mode, as a $(8 * [IntPtr]::Size)-bit process on $system."
            NextStep = if ($old) { 'Use PowerShell 7.4 or later, or Windows PowerShell 5.1.' }
        }
    }
    Invoke-Check 'Session' {
        $place = (Get-SessionPlace).Text
        $reason = Get-NonInteractiveReason -ForText
        $signIn, $step = if ($reason) {
            "Interactive sign-in isn't possible: $reason.", 'Sign in with -RefreshToken. See about_ChatAccess_Automation.'
        } elseif ((Get-NonInteractiveReason) -or -not (Test-Desktop)) {
            'You can sign in with Connect-ChatAccess -UseDeviceCode.'
        } else {
            'You can sign in with Connect-ChatAccess, which opens a browser.'
        }
        @{ Passed = $true; Message = "This is $place. $signIn"; NextStep = $step }
    }
    Invoke-Check 'Memory' {
        $used = [Diagnostics.Process]::GetCurrentProcess().WorkingSet64
        $limit = if ((Get-SessionPlace).Name -eq 'AutomationCloud') {
            400MB
        } elseif ($PSVersionTable['PSEdition'] -eq 'Core') {
            # In a container, the limit of the container.
            [GC]::GetGCMemoryInfo().TotalAvailableMemoryBytes
        }
        $room = if ($limit) { ' of {0:N0} MB' -f ($limit / 1MB) }
        $short = $limit -and $used -gt 0.75 * $limit
        @{
            Passed   = -not $short
            Message  = ('This process uses {0:N0} MB{1} of memory.' -f ($used / 1MB), $room)
            NextStep = if ($short) { 'Import fewer modules in this process: the limit applies to all of them together.' }
        }
    }
}
