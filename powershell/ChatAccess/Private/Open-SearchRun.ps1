function script:Open-SearchRun {
    <#
    .SYNOPSIS
    Starts a search.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [hashtable] $Run,

        # The access token that lists users' chats.
        [Security.SecureString] $Secret,

        [Parameter(Mandatory)]
        [AllowEmptyCollection()]
        [string[]] $Path
    )

    Open-NativeRun -Run $Run -Request ($Run.Request + @{ open = 'search'; paths = $Path }) -Secret $Secret
    # Takes time in a new process, and the search is reading meanwhile.
    $null = Get-ResultType
    # What the targets remember of their search: the event with its sources, when it has ended.
    $Run.Search = [Collections.Generic.List[object]]::new()
    # The numbers of the rows that were skipped and of those that were used in part, by file.
    $Run.BadRows = [ordered] @{}
    # The number of unresolved targets and the reason of the first one, by the name of the reason.
    $Run.Unresolved = [ordered] @{}
}
