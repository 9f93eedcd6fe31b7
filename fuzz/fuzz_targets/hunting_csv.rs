//! Rows of the hunting table MessageEvents.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|rows: &[u8]| {
    for header in [
        "Timestamp,SenderEmailAddress,SenderObjectId,RecipientDetails,IsExternalThread,ThreadId\n",
        "\"TenantId\",\"TimeGenerated [UTC]\",\"ThreadId\",\"RecipientDetails\"\r\n",
    ] {
        chat_access_fuzz::search_both_ways(&[header.as_bytes(), rows].concat());
    }
});
