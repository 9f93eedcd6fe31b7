function script:Get-SearchSourceName {
    <#
    .SYNOPSIS
    Returns the name to show for an online source of a search.
    #>
    param([string] $Source)

    switch ($Source) {
        'AuditQuery' { 'Audit log query' }
        'Hunting' { 'Defender hunting' }
        'Alerts' { 'Defender alerts' }
        'Chats' { "Users' chats" }
        default { $Source }
    }
}
