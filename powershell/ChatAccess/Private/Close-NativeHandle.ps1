function script:Close-NativeHandle {
    <#
    .SYNOPSIS
    Closes an account or a run in the native library.
    #>
    param([long] $Handle)

    # Fails only for a handle that is closed already.
    $null = (Get-NativeLibrary)::chat_access_close($Handle)
    $null = $script:Handles.Remove($Handle)
}
