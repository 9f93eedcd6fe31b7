//! The claims challenge that Graph sends when it rejects a token (Conditional Access).

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// Accepts base64 with and without padding. [`decode`] maps the standard alphabet to this one.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes a challenge to the JSON for the `claims` field of a request to Entra. Returns `None` if
/// it is not a JSON object.
pub(super) fn decode(challenge: &str) -> Option<String> {
    let text = challenge.replace('+', "-").replace('/', "_");
    let json = LENIENT.decode(text).ok()?;
    let claims: Map<String, Value> = serde_json::from_slice(&json).ok()?;
    Some(Value::Object(claims).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    #[test]
    fn both_base64_alphabets_are_decoded() {
        let json = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651~~~???"}}}"#;
        for text in [STANDARD.encode(json), URL_SAFE_NO_PAD.encode(json)] {
            assert_eq!(decode(&text).as_deref(), Some(json), "{text}");
        }
    }

    #[test]
    fn a_challenge_that_is_not_a_json_object_is_ignored() {
        for text in ["", "!!!", "bnVsbA==", "WzFd", "e30x"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
