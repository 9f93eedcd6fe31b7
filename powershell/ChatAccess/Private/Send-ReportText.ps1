function script:Send-ReportText {
    <#
    .SYNOPSIS
    Passes JSON to a report in the native library.
    #>
    param([hashtable] $Run, [string] $Json)

    $bytes = [Text.Encoding]::UTF8.GetBytes($Json)
    $status = $Run.Native::chat_access_feed($Run.Handle, $bytes, $bytes.Length)
    if ($status -ne $NativeStatus.Ok) {
        $Run.Cmdlet.ThrowTerminatingError((ConvertTo-NativeStatusError $status))
    }
}
