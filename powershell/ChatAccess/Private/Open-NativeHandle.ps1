function script:Open-NativeHandle {
    <#
    .SYNOPSIS
    Opens an account or a run in the native library and returns its handle.
    .DESCRIPTION
    The secret goes in as bytes of its own, which are wiped here; it never is a string.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Request,

        [Security.SecureString] $Secret
    )

    $native = Get-NativeLibrary
    $json = [Text.Encoding]::UTF8.GetBytes(($Request | ConvertTo-Json -Depth 5 -Compress))
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
    if ($status -eq 0) {
        return [long] $handle
    }
    if ($status -eq $NativeStatus.InvalidArgument -and $length -gt 0) {
        $told = [Text.Encoding]::UTF8.GetString($buffer, 0, $length) | ConvertFrom-Json
        throw (New-ChatAccessError -ErrorId "Invalid$($told.parameter)" -Category InvalidArgument -TargetObject $told.parameter -Message $told.message)
    }
    if ($status -eq $NativeStatus.Unavailable -and $length -gt 0) {
        $reason = [Text.Encoding]::UTF8.GetString($buffer, 0, $length) | ConvertFrom-Json
        throw (New-ChatAccessError -ErrorId 'SystemUnavailable' -Category ResourceUnavailable -TargetObject $null -Message $reason.message -RecommendedAction $reason.next_step)
    }
    throw (New-NativeStatusError $status)
}

# The statuses of include/chat_access.h that this module tells apart.
$script:NativeStatus = @{
    Ok              = 0
    NotYet          = 1
    Ended           = 2
    QueueFull       = 3
    InvalidArgument = -1
    BufferTooSmall  = -5
    ClosedHandle    = -7
    Unavailable     = -11
}

function script:New-NativeStatusError {
    [CmdletBinding()]
    [OutputType([Management.Automation.ErrorRecord])]
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It only makes an object.')]
    param(
        [Parameter(Mandatory)]
        [int] $Status
    )

    if ($Status -eq $NativeStatus.ClosedHandle) {
        return New-ChatAccessError -ErrorId 'Disconnected' -Category ConnectionError -TargetObject $Status -Message (
            'The account was disconnected.') -RecommendedAction 'Run Connect-ChatAccess again.'
    }
    New-ChatAccessError -ErrorId 'NativeCallFailed' -Category InvalidResult -TargetObject $Status -Message (
        "The native library answered with the unexpected status $Status.") -RecommendedAction (
        'Start a new PowerShell session and try again; if it stays, report it with the command that you ran.')
}

function script:ConvertTo-SecretByte {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [Security.SecureString] $Secret
    )

    $pointer = [Runtime.InteropServices.Marshal]::SecureStringToGlobalAllocUnicode($Secret)
    $chars = [char[]]::new($Secret.Length)
    try {
        [Runtime.InteropServices.Marshal]::Copy($pointer, $chars, 0, $chars.Length)
        Write-Output ([Text.Encoding]::UTF8.GetBytes($chars)) -NoEnumerate
    } finally {
        [Array]::Clear($chars, 0, $chars.Length)
        [Runtime.InteropServices.Marshal]::ZeroFreeGlobalAllocUnicode($pointer)
    }
}
