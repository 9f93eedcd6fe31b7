function script:Open-SearchRun {
    <#
    .SYNOPSIS
    Opens a search.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # The request, as chat_access_open documents it, without the paths.
        [Parameter(Mandatory)]
        [hashtable] $Request,

        # The access token that lists users' chats.
        [Security.SecureString] $Secret,

        [string[]] $Path
    )

    $paths = @($Path | Where-Object { $_ })
    $run = Open-NativeRun -Cmdlet $Cmdlet -Request ($Request + @{ open = 'search'; paths = $paths }) -Secret $Secret -EventWriter 'Write-SearchEvent' -Activity 'Searching for chats' -ProgressId 2
    # Takes time in a new process, and the search is reading meanwhile.
    $null = Get-ResultType
    # The numbers of the rows that were skipped and of those that were used in part, by file.
    $run.BadRows = [ordered] @{}
    $run
}
