@{
    IncludeDefaultRules = $true
    ExcludeRules        = @(
        # The drop-in script writes to the host, as the sample script does.
        'PSAvoidUsingWriteHost'
    )
    Rules               = @{
        PSUseCompatibleSyntax = @{
            Enable         = $true
            TargetVersions = @('5.1', '7.0')
        }
    }
}
