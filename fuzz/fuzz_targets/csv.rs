//! Rows of an audit log export.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|rows: &[u8]| {
    for header in [
        "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n",
        "CreationDate,UserIds,Operations,AuditData\n",
        "\"AuditData\";\"CreationDate\"\r\n",
        "Timestamp,ActionType,RawEventData\n",
    ] {
        chat_access_fuzz::search_both_ways(&[header.as_bytes(), rows].concat());
    }
});
