function script:Write-ProbeEvent {
    <#
    .SYNOPSIS
    Stores what a probe found by the name of its service, with the time of this computer.
    #>
    param([hashtable] $Run)

    foreach ($one in $Run.Fetched.Events) {
        switch ($one.event) {
            'library' { $Run.Found.Version = $one.version }
            'service' { $Run.Found[$one.service] = @{ Event = $one; At = [datetime]::UtcNow } }
        }
    }
}
