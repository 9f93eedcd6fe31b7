function script:Write-SignInEvent {
    <#
    .SYNOPSIS
    Shows the user what to do for a sign-in. Throws its error where it failed.
    #>
    param([hashtable] $Run, [object[]] $Received)

    $cmdlet = $Run.Cmdlet
    foreach ($one in $Received) {
        switch ($one.event) {
            'device_code' {
                Write-HostMessage -Cmdlet $cmdlet -Message $one.message
                $Run.Doing = "Waiting for the code $($one.user_code) to be entered at $($one.verification_uri)"
                $Run.EndsAt = $Run.Watch.Elapsed.Add([timespan]::FromSeconds($one.expires_in_seconds))
            }
            'browser' {
                $cmdlet.WriteVerbose("Opening the browser at $($one.url)")
                if (Open-Browser $one.url) {
                    Write-HostMessage -Cmdlet $cmdlet -Message 'Sign in in the browser that has opened. Ctrl+C stops.'
                } else {
                    Write-HostMessage -Cmdlet $cmdlet -Message "No browser could be opened. Sign in at this address, on this computer: $($one.url)"
                }
                $Run.Doing = 'Waiting for the sign-in in the browser'
                $Run.EndsAt = $Run.Watch.Elapsed.Add([timespan]::FromSeconds($one.expires_in_seconds))
            }
            'wait' {
                $cmdlet.WriteVerbose("$($one.reason) Asking again in $($one.seconds) s.")
            }
            'signed_in' {
                $Run.SignedIn = $true
            }
            'failed' {
                throw (ConvertTo-SignInError $one)
            }
        }
    }
}
