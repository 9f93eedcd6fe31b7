# A search in the native library, as Find-ChatAccess drives it.

function script:Open-Search {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        # What is asked for, as chat_access_open takes it.
        [Parameter(Mandatory)]
        [hashtable] $Request,

        # The token that lists chats.
        [Security.SecureString] $Secret,

        [string[]] $Path
    )

    $paths = @($Path | Where-Object { $_ })
    $search = Open-NativeRun -Cmdlet $Cmdlet -Request ($Request + @{ open = 'search'; paths = $paths }) -Secret $Secret
    $search.BadRows = [ordered] @{}
    $search
}

function script:Resolve-SearchPath {
    <#
    .SYNOPSIS
    Gives the files that are meant, as the file system has them. One that is not there is an error, and the
    others go on.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)]
        [Management.Automation.PSCmdlet] $Cmdlet,

        [AllowNull()]
        [string[]] $Path,

        [AllowNull()]
        [string[]] $LiteralPath
    )

    foreach ($literal in $LiteralPath) {
        $Cmdlet.GetUnresolvedProviderPathFromPSPath($literal)
    }
    foreach ($pattern in $Path) {
        $provider = $null
        $found = try { $Cmdlet.GetResolvedProviderPathFromPSPath($pattern, [ref] $provider) } catch { $null }
        if ($found -and $provider.Name -eq 'FileSystem') {
            $found
        } else {
            $Cmdlet.WriteError((New-ChatAccessError -ErrorId 'PathNotFound' -Category ObjectNotFound -TargetObject $pattern -Message (
                        "Path '$pattern' names no file.") -RecommendedAction 'Give the name of an audit log export, or a pattern such as *.csv.'))
        }
    }
}

# It runs for each object of a pipeline, so its parameters are plain: attributes cost more than the record.
function script:Send-SearchRecord {
    <#
    .SYNOPSIS
    Gives a record to the search: JSON text as it is, any other object as JSON.
    #>
    param([hashtable] $Search, [object] $Record)

    $json = if ($Record -is [string]) { $Record } else { ConvertTo-SearchJson $Record }
    $bytes = [Text.Encoding]::UTF8.GetBytes($json)
    $status = $Search.Native::chat_access_feed($Search.Handle, $bytes, $bytes.Length)
    if ($status -ne $NativeStatus.Ok) {
        throw (New-NativeStatusError $status)
    }
}

function script:ConvertTo-SearchJson {
    param([object] $Record)

    # Microsoft.Graph's objects have what the audit record says in a dictionary of its own.
    $audit = $Record.PSObject.Properties['AuditData']
    if ($audit -and $audit.Value -and $audit.Value -isnot [string]) {
        $more = $audit.Value.PSObject.Properties['AdditionalProperties']
        $inner = if ($more -and $more.Value -and $more.Value.Count) { $more.Value } else { $audit.Value }
        $Record = @{ auditData = $inner }
    } elseif ($audit -and $audit.Value) {
        # Only the audit record counts: a search has many columns more.
        $Record = @{ AuditData = $audit.Value }
    }
    # Objects of Exchange have dates and whole types in them, which are of no use here and may be endless.
    ConvertTo-Json -InputObject $Record -Depth 12 -Compress -WarningAction SilentlyContinue
}

function script:Complete-Search {
    <#
    .SYNOPSIS
    Says that no more records come, and writes what was found.
    #>
    param([hashtable] $Search)

    $null = $Search.Native::chat_access_finish($Search.Handle)
    while ((Receive-SearchEvent $Search $PollMilliseconds) -ne $NativeStatus.Ended) {
        Show-SearchProgress $Search
    }
    foreach ($file in $Search.BadRows.Keys) {
        $rows = $Search.BadRows[$file]
        $which = if ($rows.Count -eq 1) { "row $($rows[0])" } else { "$($rows.Count) rows, the first of them row $($rows[0])" }
        $Search.Cmdlet.WriteWarning("${file}: $which can't be used and was skipped; -Verbose names each.")
    }
    Complete-SearchProgress $Search
}

function script:Complete-SearchProgress {
    param([hashtable] $Search)

    if ($Search.ShowsProgress) {
        $Search.ShowsProgress = $false
        $progress = [Management.Automation.ProgressRecord]::new(2, 'Searching for chats', 'Done')
        $progress.RecordType = 'Completed'
        $Search.Cmdlet.WriteProgress($progress)
    }
}

function script:Receive-SearchEvent {
    <#
    .SYNOPSIS
    Fetches one event of the search, writes it where it belongs, and returns the call's status.
    #>
    param([hashtable] $Search, [int] $Timeout)

    [int] $length = 0
    $status = $Search.Native::chat_access_next($Search.Handle, $Timeout, $Search.Buffer, $Search.Buffer.Length, [ref] $length)
    while ($status -eq $NativeStatus.BufferTooSmall) {
        $Search.Buffer = [byte[]]::new($length)
        $status = $Search.Native::chat_access_next($Search.Handle, 0, $Search.Buffer, $Search.Buffer.Length, [ref] $length)
    }
    if ($status -lt 0) {
        throw (New-NativeStatusError $status)
    }
    if ($status -eq $NativeStatus.Ok) {
        $text = [Text.Encoding]::UTF8.GetString($Search.Buffer, 0, $length)
        Write-SearchEvent $Search ($text | ConvertFrom-Json)
    }
    $status
}

function script:Write-SearchEvent {
    param([hashtable] $Search, [object] $Reported)

    $cmdlet = $Search.Cmdlet
    switch ($Reported.event) {
        'target' {
            $cmdlet.WriteObject((ConvertTo-Target $Reported))
        }
        'progress' {
            $files = 'File {0} of {1}; {2:n0} MB' -f $Reported.files, ($Reported.files + $Reported.files_waiting), ($Reported.bytes / 1MB)
            $percent = if ($Reported.bytes_total -gt 0) { [int] [Math]::Min(100, 100 * $Reported.bytes / $Reported.bytes_total) } else { -1 }
            $Search.Doing = $files
            $Search.Percent = $percent
        }
        'asking' {
            $records = if ($Reported.records) { '; {0:n0} records' -f $Reported.records }
            $Search.Doing = "$($OnlineSource[$Reported.source]): $($Reported.message)$records"
            $Search.Percent = -1
        }
        'wait' {
            $cmdlet.WriteVerbose("$($Reported.reason) Asking again in $([int] $Reported.seconds) s.")
            $Search.Doing = "Asking again at $([datetime]::Now.AddSeconds($Reported.seconds).ToString('T')). $($Reported.reason)"
            $Search.Percent = -1
        }
        'source_error' {
            $came = if ($Reported.records) { ' The {0:n0} records that came before are used.' -f $Reported.records }
            $category = if ($Reported.error -eq 'Denied') { 'PermissionDenied' } elseif ($Reported.error -eq 'Unauthorized') { 'AuthenticationError' } else { 'ConnectionError' }
            $cmdlet.WriteError((New-ChatAccessError -ErrorId "$($Reported.source)$($Reported.error)" -Category $category -TargetObject $Reported.source -Message (
                        "$($OnlineSource[$Reported.source]): $($Reported.message)$came") -RecommendedAction $Reported.next_step))
        }
        'file_error' {
            $cmdlet.WriteError((New-ChatAccessError -ErrorId 'UnreadableFile' -Category InvalidData -TargetObject $Reported.file -Message $Reported.message))
        }
        'report' {
            $cmdlet.WriteVerbose("The report is $($Reported.path).")
        }
        { $_ -in 'truncated', 'warning' } {
            $cmdlet.WriteWarning($Reported.message)
        }
        'bad_row' {
            if (-not $Search.BadRows.Contains($Reported.file)) {
                $Search.BadRows[$Reported.file] = [Collections.Generic.List[object]]::new()
            }
            $Search.BadRows[$Reported.file].Add($Reported.row)
            $cmdlet.WriteVerbose($Reported.message)
        }
        'searched' {
            $cmdlet.WriteVerbose("$($Reported.records) records in $($Reported.files) files and queries: $($Reported.targets) chats and users.")
            $told = 0
            foreach ($rows in $Search.BadRows.Values) { $told += $rows.Count }
            if ($Reported.bad_rows -gt $told) {
                $cmdlet.WriteWarning("$($Reported.bad_rows) rows in all can't be used; only the first $told of them are named.")
            }
        }
    }
}

# What Graph is asked for, as a person calls it.
$script:OnlineSource = @{
    AuditQuery = 'Audit log query'
    Hunting    = 'Defender hunting'
    Chats      = "Users' chats"
    Directory  = 'Directory'
}

# What the search does. It is shown when it has taken a moment; what is done by then shows nothing.
function script:Show-SearchProgress {
    param([hashtable] $Search)

    $now = $Search.Watch.ElapsedMilliseconds
    if (-not $Search.Doing -or $now -lt 500 -or $now - $Search.Reported -lt 200) {
        return
    }
    $Search.Reported = $now
    $Search.ShowsProgress = $true
    $progress = [Management.Automation.ProgressRecord]::new(2, 'Searching for chats', $Search.Doing)
    $progress.PercentComplete = $Search.Percent
    $Search.Doing = $null
    $Search.Cmdlet.WriteProgress($progress)
}

# Export-Csv writes what ToString says, and of an array that is its type.
$script:ListToString = [psscriptmethod]::new('ToString', { $this -join '; ' })

function script:ConvertTo-TargetList {
    param([object] $List)

    $shown = [psobject]::AsPSObject([string[]] @($List))
    $shown.PSObject.Methods.Add($ListToString)
    , $shown
}

function script:ConvertTo-Target {
    <#
    .SYNOPSIS
    Makes the object that a person sees of a target of the native library.
    #>
    param([object] $Target)

    [pscustomobject] @{
        PSTypeName         = 'ChatAccess.Target'
        TenantId           = $Target.tenant_id
        UserId             = $Target.user_id
        ThreadId           = $Target.thread_id
        UserPrincipalName  = $Target.user_principal_name
        ChatType           = $Target.chat_type
        External           = $Target.external
        ExternalTenantId   = ConvertTo-TargetList $Target.external_tenants
        ExternalDomain     = ConvertTo-TargetList $Target.external_domains
        ExternalUser       = ConvertTo-TargetList $Target.external_users
        Operation          = ConvertTo-TargetList $Target.operations
        FirstSeen          = ConvertTo-UtcTime $Target.first_seen
        LastSeen           = ConvertTo-UtcTime $Target.last_seen
        EventCount         = $Target.events
        Source             = ConvertTo-TargetList $Target.sources
        FoundBy            = $Target.found_by
        Unresolved         = $Target.unresolved
        UnresolvedReason   = $Target.reason
    }
}
