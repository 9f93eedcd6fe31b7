function script:Get-RemovalRow {
    <#
    .SYNOPSIS
    Returns the removals that an object of the pipeline describes, also those in an array.
    #>
    # Runs for each object of a pipeline. Parameter attributes would cost more than the work.
    param(
        [hashtable] $Run,

        # The values of the parameters, by name.
        [hashtable] $Given,

        [object] $InputObject
    )

    if ($null -eq $InputObject) {
        return
    }
    if ($InputObject -is [Collections.IList]) {
        foreach ($one in $InputObject) { Get-RemovalRow $Run $Given $one }
        return
    }
    $row = if ($InputObject.GetType().FullName -eq 'ChatAccess.Target') {
        @{
            TenantId          = $InputObject.TenantId
            UserId            = $InputObject.UserId
            ThreadId          = $InputObject.ThreadId
            UserPrincipalName = $InputObject.UserPrincipalName
            ExternalUser      = $InputObject.ExternalUser
            UnresolvedReason  = $InputObject.UnresolvedReason
            LastSeen          = $InputObject.LastSeen
        }
    } else {
        Read-RemovalRow $Run $InputObject
    }
    foreach ($name in $Run.Fixed) { $row[$name] = $Given[$name] }
    $Run.Number++
    $row.Number = $Run.Number
    if (-not $row.TenantId) { $row.TenantId = $Run.DefaultTenant }
    $row
}
