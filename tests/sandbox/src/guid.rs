//! GUIDs in the format of Entra and Graph.

/// Returns a random version 4 GUID. None is a secret, so the generator need not be secure.
pub(crate) fn random() -> String {
    let bits = (fastrand::u128(..) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let digits = format!("{bits:032x}");
    [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ]
    .join("-")
}

/// Returns whether `text` is a GUID without braces.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_guid_is_a_version_4_guid() {
        for _ in 0..1_000 {
            let guid = random();
            assert!(is_guid(&guid), "{guid}");
            assert_eq!(guid.as_bytes()[14], b'4', "{guid}");
            assert!(b"89ab".contains(&guid.as_bytes()[19]), "{guid}");
        }
    }

    #[test]
    fn other_text_is_not_a_guid() {
        for text in [
            "",
            "me",
            "00000000000000000000000000000000",
            "{00000000-0000-0000-0000-000000000000}",
            "00000000-0000-0000-0000-00000000000g",
            "00000000-0000-0000-0000-0000000000000",
        ] {
            assert!(!is_guid(text), "{text}");
        }
    }
}
