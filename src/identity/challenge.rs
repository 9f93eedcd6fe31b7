//! The claims that Graph asks for when it refuses a token (Conditional Access).

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// Challenges come with and without padding, in either alphabet.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The JSON of a challenge, for the `claims` of a request to Entra; `None` for what is no JSON object.
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
    fn a_challenge_is_read_in_each_form_of_base64() {
        let json = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651~~~???"}}}"#;
        for text in [STANDARD.encode(json), URL_SAFE_NO_PAD.encode(json)] {
            assert_eq!(decode(&text).as_deref(), Some(json), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_object_is_not_passed_on() {
        for text in ["", "!!!", "bnVsbA==", "WzFd", "e30x"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
