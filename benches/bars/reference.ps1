# Measures work of PowerShell itself that does not change with the module: ConvertFrom-Json of 7,351
# objects with the fields of a target, 200 at a time. The limits in milliseconds are for a computer
# that needs 0.74 s for it.
$batches = foreach ($first in 0..36) {
    $objects = foreach ($number in (200 * $first)..([Math]::Min(200 * $first + 199, 7350))) {
        '{{"tenant_id":"7d0b2a4e-5c1f-4e0b-9a37-{0:x12}","user_id":"aaaaaaaa-0000-4000-8000-{0:x12}","thread_id":"19:{0:x32}@thread.v2","user_principal_name":"user{0}@contoso.example","chat_type":"Group","external":true,"external_tenants":["11111111-2222-4333-8444-{0:x12}"],"external_domains":["it-support{0}.example"],"external_users":["helpdesk{0}@it-support{0}.example"],"operations":["ChatCreated","MemberAdded","MessageSent"],"first_seen":"2026-08-31T10:20:00Z","last_seen":"2026-09-01T11:30:00Z","events":{0},"sources":["AuditLog"],"found_by":"UserKey","unresolved":null,"reason":null}}' -f $number
    }
    "[$($objects -join ',')]"
}
$watch = [Diagnostics.Stopwatch]::StartNew()
foreach ($batch in $batches) { $objects = ConvertFrom-Json $batch }
"seconds $($watch.Elapsed.TotalSeconds.ToString([cultureinfo]::InvariantCulture))"
