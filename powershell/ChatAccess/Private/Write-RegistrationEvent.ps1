function script:Write-RegistrationEvent {
    <#
    .SYNOPSIS
    Writes the steps of a registration and stores its application in the run. Throws an error if the
    registration failed.
    #>
    param([hashtable] $Run)

    foreach ($one in $Run.Fetched.Events) {
        switch ($one.event) {
            'step' {
                $Run.Cmdlet.WriteVerbose($one.message)
                $Run.Doing = $one.message
            }
            'registered' {
                $Run.Application = $one
            }
            'failed' {
                $about = [pscustomobject] @{ Name = $Run.Name; Error = $one.error; RequestId = $one.request_id }
                throw (New-ChatAccessError -ErrorId "Register$($one.error)" -Category InvalidResult -TargetObject $about -Message $one.message -RecommendedAction $one.next_step)
            }
        }
    }
}
