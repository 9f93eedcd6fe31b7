# A registration in the native library, as Register-ChatAccessApp waits for it.

function script:Invoke-Registration {
    <#
    .SYNOPSIS
    Looks for the application, or makes it so, and returns what the library says of it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [Parameter(Mandatory)]
        [hashtable] $Request
    )

    $handle = Open-NativeHandle -Request $Request
    $native = Get-NativeLibrary
    $progress = [Management.Automation.ProgressRecord]::new(3, "Registering the application '$($Request.name)'", 'Looking for it')
    $buffer = [byte[]]::new(16KB)
    [int] $length = 0
    try {
        while ($true) {
            $status = $native::chat_access_next($handle, 200, $buffer, $buffer.Length, [ref] $length)
            if ($status -eq $NativeStatus.NotYet) {
                $Cmdlet.WriteProgress($progress)
                continue
            }
            if ($status -ne $NativeStatus.Ok) {
                throw (New-NativeStatusError $status)
            }
            $reported = [Text.Encoding]::UTF8.GetString($buffer, 0, $length) | ConvertFrom-Json
            switch ($reported.event) {
                'step' {
                    $Cmdlet.WriteVerbose($reported.message)
                    $progress.StatusDescription = $reported.message
                }
                'registered' {
                    return $reported
                }
                'failed' {
                    $about = [pscustomobject] @{ Name = $Request.name; Error = $reported.error; RequestId = $reported.request_id }
                    throw (New-ChatAccessError -ErrorId "Register$($reported.error)" -Category InvalidResult -TargetObject $about -Message $reported.message -RecommendedAction $reported.next_step)
                }
            }
        }
    } finally {
        $progress.RecordType = 'Completed'
        $Cmdlet.WriteProgress($progress)
        $null = $native::chat_access_close($handle)
    }
}
