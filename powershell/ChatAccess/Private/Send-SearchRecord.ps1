function script:Send-SearchRecord {
    <#
    .SYNOPSIS
    Passes a record to a search: JSON text, also in a property AuditData, unchanged; any other object
    as JSON.
    #>
    # Runs for each object of a pipeline. Parameter attributes would cost more than the work.
    param([hashtable] $Run, [object] $Record)

    $json = if ($Record -is [string]) {
        $Record
    } elseif ($Record.AuditData -is [string] -and $Record.AuditData) {
        $Record.AuditData
    } else {
        ConvertTo-SearchRecordJson $Record
    }
    $bytes = [Text.Encoding]::UTF8.GetBytes($json)
    $status = $Run.Native::chat_access_feed($Run.Handle, $bytes, $bytes.Length)
    if ($status -ne $NativeStatus.Ok) {
        $Run.Cmdlet.ThrowTerminatingError((ConvertTo-NativeStatusError $status))
    }
}
