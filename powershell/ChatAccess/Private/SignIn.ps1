# A sign-in in the native library, as Connect-ChatAccess waits for it.

function script:Invoke-SignIn {
    <#
    .SYNOPSIS
    Signs in and returns the handle of the account. Stopped by Ctrl+C, it stops the sign-in too.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [Parameter(Mandatory)]
        [hashtable] $Request,

        [Security.SecureString] $Secret
    )

    $handle = Open-NativeHandle -Request $Request -Secret $Secret
    $native = Get-NativeLibrary
    $progress = [Management.Automation.ProgressRecord]::new(2, 'Signing in to Microsoft Entra', 'Waiting for Entra')
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $buffer = [byte[]]::new(16KB)
    [int] $length = 0
    $seconds = 0
    $signedIn = $false
    try {
        while (-not $signedIn) {
            $status = $native::chat_access_next($handle, 200, $buffer, $buffer.Length, [ref] $length)
            if ($status -eq $NativeStatus.NotYet) {
                # A sign-in that takes a moment needs no bar.
                if ($watch.ElapsedMilliseconds -gt 500) {
                    $progress.SecondsRemaining = if ($seconds) { [Math]::Max(0, [int] ($seconds - $watch.Elapsed.TotalSeconds)) } else { -1 }
                    $Cmdlet.WriteProgress($progress)
                }
                continue
            }
            if ($status -ne $NativeStatus.Ok) {
                throw (New-NativeStatusError $status)
            }
            $reported = [Text.Encoding]::UTF8.GetString($buffer, 0, $length) | ConvertFrom-Json
            switch ($reported.event) {
                'device_code' {
                    Write-Person -Cmdlet $Cmdlet -Message $reported.message
                    $progress.StatusDescription = "Waiting for the code $($reported.user_code) to be entered at $($reported.verification_uri)"
                    $seconds = $watch.Elapsed.TotalSeconds + $reported.expires_in_seconds
                }
                'browser' {
                    $Cmdlet.WriteVerbose("Opening the browser at $($reported.url)")
                    if (Start-Browser $reported.url) {
                        Write-Person -Cmdlet $Cmdlet -Message 'Sign in in the browser that has opened. Ctrl+C stops.'
                    } else {
                        Write-Person -Cmdlet $Cmdlet -Message "No browser could be opened. Sign in at this address, on this computer: $($reported.url)"
                    }
                    $progress.StatusDescription = 'Waiting for the sign-in in the browser'
                    $seconds = $watch.Elapsed.TotalSeconds + $reported.expires_in_seconds
                }
                'wait' {
                    $Cmdlet.WriteVerbose("$($reported.reason) Asking again in $($reported.seconds) s.")
                }
                'signed_in' {
                    $signedIn = $true
                }
                'failed' {
                    throw (New-SignInError $reported)
                }
            }
        }
        $handle
    } finally {
        $progress.RecordType = 'Completed'
        $Cmdlet.WriteProgress($progress)
        if (-not $signedIn) {
            $null = $native::chat_access_close($handle)
        }
    }
}

function script:New-SignInError {
    <#
    .SYNOPSIS
    Makes the error of a sign-in that failed. Its id is SignIn and Entra's reason.
    #>
    [CmdletBinding()]
    [OutputType([Management.Automation.ErrorRecord])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It only makes an object.')]
    param(
        [Parameter(Mandatory)]
        [object] $Failure
    )

    $category = if ($Failure.error -in 'Unreachable', 'TemporarilyUnavailable', 'NotEntra', 'NoListener') {
        'ConnectionError'
    } else {
        'AuthenticationError'
    }
    $about = [pscustomobject] @{
        Error         = $Failure.error
        Code          = $Failure.code
        CorrelationId = $Failure.correlation_id
        TraceId       = $Failure.trace_id
    }
    New-ChatAccessError -ErrorId "SignIn$($Failure.error)" -Category $category -TargetObject $about -Message $Failure.message -RecommendedAction $Failure.next_step
}

function script:Write-Person {
    <#
    .SYNOPSIS
    Tells the person at the console something, as an information record that is shown.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [Parameter(Mandatory)]
        [string] $Message
    )

    $Cmdlet.WriteInformation([Management.Automation.HostInformationMessage] @{ Message = $Message }, [string[]] 'PSHOST')
}

function script:Start-Browser {
    <#
    .SYNOPSIS
    Opens the person's browser; false where there is none.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It changes nothing that a person could mind.')]
    param(
        [Parameter(Mandatory)]
        [string] $Address
    )

    $start = [Diagnostics.ProcessStartInfo]::new($Address)
    $start.UseShellExecute = $true
    try {
        $null = [Diagnostics.Process]::Start($start)
        $true
    } catch {
        $false
    }
}
