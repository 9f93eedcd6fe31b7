function script:Get-ContextType {
    <#
    .SYNOPSIS
    Returns the type of accounts, ChatAccess.Context, and creates it on first use.
    .DESCRIPTION
    Whoever has an account can use its token, and Azure Automation runs several jobs in one process. A
    type of its own distinguishes the accounts that the module made from objects that only carry its
    name. All runspaces share it, so that a caller can pass an account to another runspace.
    #>
    [CmdletBinding()]
    [OutputType([type])]
    param(
        # Changes with the fields, for a session that imports two versions of the module.
        [int] $Version = 1
    )

    if ($script:ContextType) {
        return $script:ContextType
    }
    $key = "ChatAccess.Context.$Version"
    $type = [AppDomain]::CurrentDomain.GetData($key)
    if (-not $type) {
        $type = New-ContextType
        [AppDomain]::CurrentDomain.SetData($key, $type)
    }
    $script:ContextType = $type
    $type
}
