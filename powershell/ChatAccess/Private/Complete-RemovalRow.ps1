function script:Complete-RemovalRow {
    <#
    .SYNOPSIS
    Numbers a removal and adds the default of its tenant.
    #>
    param([hashtable] $Run, [hashtable] $Row)

    $Run.Number++
    $Row.Number = $Run.Number
    if (-not $Row.TenantId) { $Row.TenantId = $Run.DefaultTenant }
    $Row
}
