function script:Open-NativeRun {
    <#
    .SYNOPSIS
    Starts the work of a run on the threads of the native library.
    .DESCRIPTION
    The work is a run of removals, a search, a sign-in or a registration. The command drives it with
    Receive-NativeEvent or Wait-NativeRun and ends it with Close-NativeRun.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run,

        # The request, as chat_access_open documents it.
        [Parameter(Mandatory)]
        [hashtable] $Request,

        [Security.SecureString] $Secret
    )

    $Run.Native = Get-NativeLibrary
    # For a few hundred events of a batch.
    $Run.Buffer = [byte[]]::new(256KB)
    $Run.Handle = Open-NativeHandle -Request $Request -Secret $Secret
    $Run.Watch.Restart()
    $script:Runs.Add($Run)
}
