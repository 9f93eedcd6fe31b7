function script:Write-SignInEvent {
    <#
    .SYNOPSIS
    Shows the user how to complete a sign-in. Throws an error if the sign-in failed.
    #>
    param([hashtable] $Run)

    $cmdlet = $Run.Cmdlet
    foreach ($one in $Run.Fetched.Events) {
        switch ($one.event) {
            'device_code' {
                Write-HostMessage -Cmdlet $cmdlet -Message $one.message
                $Run.Doing = "Waiting for you to enter the code $($one.user_code) at $($one.verification_uri)"
                $Run.EndsAt = $Run.Watch.Elapsed.Add([timespan]::FromSeconds($one.expires_in_seconds))
            }
            'browser' {
                # Not the whole address, which is as good as a key to this sign-in.
                $cmdlet.WriteVerbose("Opening the browser at $(([uri] $one.url).Authority).")
                if (Open-Browser $one.url) {
                    Write-HostMessage -Cmdlet $cmdlet -Message 'Sign in with the browser window that has opened. Press Ctrl+C to stop.'
                } else {
                    Write-HostMessage -Cmdlet $cmdlet -Message "Can't open a browser. To sign in, open this address on this computer: $($one.url)"
                }
                $Run.Doing = 'Waiting for the sign-in in the browser'
                $Run.EndsAt = $Run.Watch.Elapsed.Add([timespan]::FromSeconds($one.expires_in_seconds))
            }
            'wait' {
                $cmdlet.WriteVerbose("$($one.reason) The next request is in $($one.seconds) s.")
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
