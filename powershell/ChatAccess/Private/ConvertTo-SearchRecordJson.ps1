function script:ConvertTo-SearchRecordJson {
    <#
    .SYNOPSIS
    Returns an object of the pipeline as JSON: only its audit record, if it contains one as an object.
    #>
    param([object] $Record)

    $audit = $Record.PSObject.Properties['AuditData']
    if ($audit -and $audit.Value) {
        # The objects of Microsoft.Graph keep the audit record's fields in a dictionary.
        $more = $audit.Value.PSObject.Properties['AdditionalProperties']
        $inner = if ($more -and $more.Value -and $more.Value.Count) { $more.Value } else { $audit.Value }
        $Record = @{ auditData = $inner }
    }
    # Deep enough for any record. The depth has to be limited, because objects of Exchange contain
    # dates and types with further objects in them.
    Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $Record -Depth 12 -Compress -WarningAction SilentlyContinue
}
