function script:Open-NativeHandle {
    <#
    .SYNOPSIS
    Opens an account or a run in the native library and returns its handle.
    .DESCRIPTION
    The secret is passed as bytes, which are wiped here; it is never a string.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        # The request, as chat_access_open documents it.
        [Parameter(Mandatory)]
        [hashtable] $Request,

        [Security.SecureString] $Secret
    )

    $native = Get-NativeLibrary
    $json = [Text.Encoding]::UTF8.GetBytes((ConvertTo-RequestJson $Request))
    $buffer = [byte[]]::new(16KB)
    [long] $handle = 0
    [int] $length = 0
    $bytes = if ($Secret) { ConvertTo-SecretByte $Secret }
    try {
        $size = if ($bytes) { $bytes.Length } else { 0 }
        $status = $native::chat_access_open($json, $json.Length, $bytes, $size, [ref] $handle, $buffer, $buffer.Length, [ref] $length)
    } finally {
        if ($bytes) {
            [Array]::Clear($bytes, 0, $bytes.Length)
        }
    }
    if ($status -eq $NativeStatus.Ok) {
        $script:Handles.Add($handle)
        # A search ends with its pipeline.
        if (-not $script:WatchesRunspace -and $Request.open -ne 'search') {
            Watch-Runspace
            $script:WatchesRunspace = $true
        }
        return [long] $handle
    }
    if ($status -eq $NativeStatus.InvalidArgument -and $length -gt 0) {
        $invalid = ConvertFrom-NativeBuffer $buffer $length
        throw (New-ChatAccessError -ErrorId "Invalid$($invalid.parameter)" -Category InvalidArgument -TargetObject $invalid.parameter -Message $invalid.message)
    }
    if ($status -eq $NativeStatus.Unavailable -and $length -gt 0) {
        $reason = ConvertFrom-NativeBuffer $buffer $length
        throw (New-ChatAccessError -ErrorId 'SystemUnavailable' -Category ResourceUnavailable -TargetObject $null -Message $reason.message -RecommendedAction $reason.next_step)
    }
    throw (ConvertTo-NativeStatusError $status)
}
