//! Entra's refusals, classified for programs and explained for people.
//!
//! Microsoft documents the AADSTS numbers as subject to change. Decisions therefore depend on the
//! OAuth
//! `error`; the number only selects the message.

use serde::Deserialize;

use crate::input::{looks_like_a_token, one_line, shown};
use crate::secret::Secret;

/// A refusal by Entra. All text in it is safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraError {
    /// The kind of refusal.
    pub refusal: Refusal,
    /// The OAuth error, such as `invalid_grant`.
    pub error: String,
    /// The number of an AADSTS code, such as 65001.
    pub code: Option<u32>,
    /// Entra's description.
    pub description: Option<String>,
    /// Entra's id of the sign-in, for the sign-in log and for a support case.
    pub correlation_id: Option<String>,
    /// Entra's id of the request.
    pub trace_id: Option<String>,
}

/// The kind of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "`Refusal::meaning` describes each of them")]
pub enum Refusal {
    AccountDisabled,
    AdminConsentNeeded,
    AppNotFound,
    BlockedByPolicy,
    ClientLoop,
    CodeNotValid,
    ConsentDeclined,
    ConsentNeeded,
    Declined,
    DeviceCodeExpired,
    DeviceNotAllowed,
    InteractionNeeded,
    MfaNeeded,
    NationalCloud,
    NotAssigned,
    NotPreauthorized,
    NotPublicClient,
    NotSupported,
    PasswordProblem,
    RedirectNotRegistered,
    RefreshTokenExpired,
    RefreshTokenNotValid,
    RefreshTokenRevoked,
    ScopeNotValid,
    SingleTenantApp,
    TemporarilyUnavailable,
    TenantNotFound,
    UserNotInTenant,
    Other,
}

use Refusal as R;

/// The codes with a message of their own. Source: Microsoft's list of Entra authentication and
/// authorization error codes.
const CODES: [(u32, Refusal); 56] = [
    (16000, R::InteractionNeeded),
    (28002, R::ScopeNotValid),
    (28003, R::ScopeNotValid),
    (50011, R::RedirectNotRegistered),
    (50020, R::UserNotInTenant),
    (50034, R::UserNotInTenant),
    (50053, R::AccountDisabled),
    (50055, R::PasswordProblem),
    (50057, R::AccountDisabled),
    (50058, R::InteractionNeeded),
    (50072, R::MfaNeeded),
    (50074, R::MfaNeeded),
    (50076, R::MfaNeeded),
    (50078, R::MfaNeeded),
    (50079, R::MfaNeeded),
    (50089, R::RefreshTokenExpired),
    (50105, R::NotAssigned),
    (50126, R::PasswordProblem),
    (50132, R::RefreshTokenRevoked),
    (50133, R::RefreshTokenRevoked),
    (50144, R::PasswordProblem),
    (50158, R::MfaNeeded),
    (50173, R::RefreshTokenRevoked),
    (50194, R::SingleTenantApp),
    (50196, R::ClientLoop),
    (51004, R::UserNotInTenant),
    (53000, R::DeviceNotAllowed),
    (53001, R::DeviceNotAllowed),
    (53002, R::DeviceNotAllowed),
    (53003, R::BlockedByPolicy),
    (53011, R::BlockedByPolicy),
    (54005, R::CodeNotValid),
    (65001, R::ConsentNeeded),
    (65002, R::NotPreauthorized),
    (65004, R::ConsentDeclined),
    (70008, R::RefreshTokenExpired),
    (70011, R::ScopeNotValid),
    (70018, R::CodeNotValid),
    (70019, R::DeviceCodeExpired),
    (70020, R::DeviceCodeExpired),
    (70043, R::RefreshTokenExpired),
    (90002, R::TenantNotFound),
    (90033, R::TemporarilyUnavailable),
    (90038, R::NationalCloud),
    (90094, R::AdminConsentNeeded),
    (90095, R::AdminConsentNeeded),
    (500113, R::RedirectNotRegistered),
    (530032, R::BlockedByPolicy),
    (530035, R::BlockedByPolicy),
    (650053, R::ScopeNotValid),
    (700016, R::AppNotFound),
    (700082, R::RefreshTokenExpired),
    (700084, R::RefreshTokenExpired),
    (900023, R::TenantNotFound),
    (7000112, R::AppNotFound),
    (7000218, R::NotPublicClient),
];

impl Refusal {
    fn of(error: &str, code: Option<u32>, redeeming_refresh_token: bool) -> Self {
        if let Some(found) =
            code.and_then(|code| CODES.binary_search_by_key(&code, |entry| entry.0).ok())
        {
            return CODES[found].1;
        }
        match error {
            "access_denied" | "authorization_declined" => Self::Declined,
            "expired_token" | "code_expired" => Self::DeviceCodeExpired,
            "bad_verification_code" => Self::CodeNotValid,
            "consent_required" => Self::ConsentNeeded,
            "interaction_required" | "login_required" => Self::InteractionNeeded,
            "invalid_client" => Self::NotPublicClient,
            "invalid_grant" if redeeming_refresh_token => Self::RefreshTokenNotValid,
            "invalid_grant" => Self::CodeNotValid,
            "invalid_scope" => Self::ScopeNotValid,
            "unauthorized_client" => Self::AppNotFound,
            "unsupported_grant_type" | "unsupported_response_type" => Self::NotSupported,
            "temporarily_unavailable" | "server_error" | "slow_down" => {
                Self::TemporarilyUnavailable
            }
            _ => Self::Other,
        }
    }

    /// Returns a stable name, such as `AdminConsentNeeded`.
    pub fn id(self) -> String {
        format!("{self:?}")
    }

    /// Returns what happened, as a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            R::AccountDisabled => "The account is disabled or locked.",
            R::AdminConsentNeeded => {
                "The application requests a permission that only an administrator can consent to."
            }
            R::AppNotFound => {
                "The application (ClientId) doesn't exist or isn't enabled in the tenant."
            }
            R::BlockedByPolicy => "A Conditional Access or security policy blocks this sign-in.",
            R::ClientLoop => "This client requested tokens too often in a short time.",
            R::CodeNotValid => "The code of this sign-in has already been used or has expired.",
            R::ConsentDeclined => "Consent was declined.",
            R::ConsentNeeded => {
                "Neither the user nor an administrator has consented to the application's permission."
            }
            R::DeviceCodeExpired => "The device code was not entered in time.",
            R::DeviceNotAllowed => {
                "A Conditional Access policy requires a compliant, joined or approved device or app."
            }
            R::InteractionNeeded => "Entra requires the user to sign in again.",
            R::MfaNeeded => "Multifactor authentication is required.",
            R::NationalCloud => {
                "The tenant is in a different cloud than the one this sign-in uses."
            }
            R::NotAssigned => {
                "The application requires user assignment, and the account is not assigned to it."
            }
            R::NotPreauthorized => {
                "The ClientId is one of Microsoft's own applications, and it isn't preauthorized for this permission."
            }
            R::NotPublicClient => {
                "The application is not configured as a public client, so Entra requires a client secret."
            }
            R::NotSupported => "The service doesn't support this sign-in method.",
            R::PasswordProblem => "The password is wrong or has expired.",
            R::RedirectNotRegistered => {
                "The application has no redirect URI http://localhost for mobile and desktop applications."
            }
            R::RefreshTokenExpired => {
                "The refresh token has expired because of its age, inactivity or a sign-in frequency policy."
            }
            R::RefreshTokenNotValid => {
                "The refresh token is not valid: it has expired, was revoked, or belongs to another tenant or application."
            }
            R::RefreshTokenRevoked => {
                "The refresh token was revoked by a password change or by an administrator."
            }
            R::ScopeNotValid => "The requested permission (Scope) doesn't exist or isn't valid.",
            R::Declined => "The sign-in was declined.",
            R::SingleTenantApp => "The application belongs to a single tenant.",
            R::TemporarilyUnavailable => "Entra is temporarily unavailable.",
            R::TenantNotFound => "The tenant doesn't exist.",
            R::UserNotInTenant => "The account doesn't exist in the tenant.",
            R::Other => "Entra refused the sign-in.",
        }
    }

    /// Returns how to resolve it.
    pub fn next_step(self) -> &'static str {
        match self {
            R::AccountDisabled => {
                "Use another account, or ask an administrator to enable this one."
            }
            R::AdminConsentNeeded | R::ConsentNeeded => {
                "Ask an administrator to consent to the delegated permission Chat.ReadWrite.All (Register-ChatAccessApp -GrantConsent), or sign in interactively and consent."
            }
            R::AppNotFound => {
                "Check ClientId and TenantId. Register-ChatAccessApp finds or creates an application and returns its ClientId."
            }
            R::BlockedByPolicy => {
                "Find the sign-in in the Entra sign-in log by its correlation id to see which policy blocked it. If a policy blocks the device code flow, sign in through the browser."
            }
            R::ClientLoop => "Wait a few minutes. Always store and use the newest refresh token.",
            R::CodeNotValid | R::DeviceCodeExpired => "Run Connect-ChatAccess again.",
            R::ConsentDeclined | R::Declined => {
                "Run Connect-ChatAccess again and accept, or use another account."
            }
            R::DeviceNotAllowed => {
                "Sign in through the browser on a device that the policy allows. The device code flow can't identify the device."
            }
            R::InteractionNeeded | R::MfaNeeded => {
                "Sign in again with Connect-ChatAccess through the browser. If you store the refresh token, store the new one."
            }
            R::NationalCloud => {
                "Set Environment to the cloud of the tenant: Global, USGov or USGovDoD."
            }
            R::NotAssigned => "Ask an administrator to assign the account to the application.",
            R::NotPreauthorized => {
                "Use your own application: run Register-ChatAccessApp, then Connect-ChatAccess with its ClientId."
            }
            R::NotPublicClient => {
                "Allow public client flows under Authentication in the application's registration, or use the application that Register-ChatAccessApp creates."
            }
            R::NotSupported => "Check AuthorityHost, or use another sign-in method.",
            R::PasswordProblem => "Sign in through the browser, where you can change the password.",
            R::RedirectNotRegistered => {
                "Add http://localhost to the application's redirect URIs for mobile and desktop applications, or use -UseDeviceCode."
            }
            R::RefreshTokenExpired | R::RefreshTokenNotValid | R::RefreshTokenRevoked => {
                "Sign in again with Connect-ChatAccess and store the new refresh token (Export-ChatAccessToken)."
            }
            R::ScopeNotValid => "Check Scope. A removal needs Chat.ReadWrite.All.",
            R::SingleTenantApp => {
                "Set TenantId to the tenant in which the application is registered."
            }
            R::TemporarilyUnavailable => "Try again later.",
            R::TenantNotFound => "Check TenantId and Environment.",
            R::UserNotInTenant => {
                "Use an account of that tenant, or check TenantId: it must be your home tenant, not the external user's."
            }
            R::Other => "Find the sign-in in the Entra sign-in log by its correlation id.",
        }
    }
}

/// The JSON of a refusal.
#[derive(Deserialize)]
struct ErrorBody {
    error: String,
    #[serde(default)]
    error_description: Option<String>,
    #[serde(default)]
    error_codes: Vec<u32>,
    #[serde(default)]
    correlation_id: Option<String>,
    #[serde(default)]
    trace_id: Option<String>,
}

impl EntraError {
    /// Parses a refusal, or returns `None` if `body` is not one. `sent` contains the secrets of the
    /// request, which the text may echo. With `redeeming_refresh_token`, `invalid_grant` refers to
    /// a refresh token, otherwise to a code.
    pub(super) fn read(
        body: &[u8],
        sent: &[&Secret],
        redeeming_refresh_token: bool,
    ) -> Option<Self> {
        let body: ErrorBody = serde_json::from_slice(body).ok()?;
        let mut description = body.error_description.unwrap_or_default();
        for secret in sent {
            description = secret.redact(&description);
        }
        let mut error = Self::new(&body.error, &description, redeeming_refresh_token);
        if error.code.is_none() {
            error.code = body.error_codes.first().copied();
            error.refusal = Refusal::of(&error.error, error.code, redeeming_refresh_token);
        }
        error.correlation_id = error
            .correlation_id
            .or(body.correlation_id.as_deref().and_then(id));
        error.trace_id = error.trace_id.or(body.trace_id.as_deref().and_then(id));
        Some(error)
    }

    /// Creates a refusal from the values in a redirect. Their text is not kept, because another
    /// page can cause a redirect; only Entra's code selects a message.
    pub(in crate::identity) fn in_redirect(error: &str, description: &str) -> Self {
        let is_name =
            error.len() <= 40 && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let error = if is_name { error } else { "unknown_error" };
        Self {
            description: None,
            ..Self::new(error, description, false)
        }
    }

    /// Creates a refusal from `error` and `error_description`. The description ends in the ids and
    /// the time: "AADSTS65001: …. Trace ID: … Correlation ID: … Timestamp: …".
    pub(in crate::identity) fn new(
        error: &str,
        description: &str,
        redeeming_refresh_token: bool,
    ) -> Self {
        let after = |name: &str| {
            let (_, rest) = description.split_once(name)?;
            id(rest.split_whitespace().next()?)
        };
        let code = description.split_once("AADSTS").and_then(|(_, rest)| {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            rest[..digits].parse().ok()
        });
        let words = description.split("Trace ID:").next().unwrap_or_default();
        let words = words.split_once(": ").map_or(words, |(start, rest)| {
            if start.trim().starts_with("AADSTS") {
                rest
            } else {
                words
            }
        });
        let words = one_line(words, 300);
        let error = shown(error);
        Self {
            refusal: Refusal::of(&error, code, redeeming_refresh_token),
            error,
            code,
            description: (!words.is_empty() && !looks_like_a_token(&words)).then_some(words),
            correlation_id: after("Correlation ID:"),
            trace_id: after("Trace ID:"),
        }
    }

    /// Returns whether a later attempt may succeed without the user.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.error.as_str(),
            "temporarily_unavailable" | "server_error" | "slow_down"
        ) || self.refusal == R::TemporarilyUnavailable
    }
}

impl std::fmt::Display for EntraError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.refusal.meaning())?;
        if let Some(words) = &self.description {
            write!(f, " Entra says: {words}")?;
            if !words.ends_with(['.', '!', '?', '…']) {
                f.write_str(".")?;
            }
        }
        match self.code {
            Some(code) => write!(f, " (AADSTS{code}",)?,
            None => write!(f, " ({}", self.error)?,
        }
        if let Some(id) = &self.correlation_id {
            write!(f, ", correlation id {id}")?;
        }
        f.write_str(")")
    }
}

/// Returns `text` if it is a GUID, as Entra's ids are. Other text is never repeated.
fn id(text: &str) -> Option<String> {
    uuid::Uuid::try_parse(text.trim())
        .ok()
        .map(|id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TRACE: &str = "9fe8ad25-0c5b-4d3c-b1f5-4f0e2b7a3300";
    const CORRELATION: &str = "42e2ba05-d2ad-4c34-8f0e-1b3a7a5e6c11";

    fn read(error: &str, code: u32) -> EntraError {
        let body = json!({
            "error": error,
            "error_description": format!(
                "AADSTS{code}: Something long. Trace ID: {TRACE} Correlation ID: {CORRELATION} Timestamp: 2026-01-01 00:00:00Z"
            ),
            "error_codes": [code],
            "timestamp": "2026-01-01 00:00:00Z",
            "trace_id": TRACE,
            "correlation_id": CORRELATION,
        });
        EntraError::read(body.to_string().as_bytes(), &[], false).unwrap()
    }

    #[test]
    fn the_codes_are_sorted_for_the_binary_search() {
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn the_message_contains_meaning_code_and_correlation_id() {
        let error = read("invalid_grant", 65001);
        assert_eq!(error.refusal, Refusal::ConsentNeeded);
        assert_eq!(error.correlation_id.as_deref(), Some(CORRELATION));
        assert_eq!(error.trace_id.as_deref(), Some(TRACE));
        assert_eq!(
            error.to_string(),
            format!(
                "Neither the user nor an administrator has consented to the application's permission. Entra says: Something long. (AADSTS65001, correlation id {CORRELATION})"
            )
        );
        assert!(error.refusal.next_step().contains("Chat.ReadWrite.All"));
    }

    #[test]
    fn each_listed_code_maps_to_its_refusal() {
        for (code, refusal) in CODES {
            assert_eq!(read("invalid_grant", code).refusal, refusal, "{code}");
        }
    }

    #[test]
    fn an_unknown_code_falls_back_to_the_oauth_error() {
        let of = |error: &str, refresh| EntraError::new(error, "", refresh).refusal;
        assert_eq!(of("access_denied", false), Refusal::Declined);
        assert_eq!(of("invalid_grant", true), Refusal::RefreshTokenNotValid);
        assert_eq!(of("invalid_grant", false), Refusal::CodeNotValid);
        assert_eq!(of("no_such_error", false), Refusal::Other);
        assert_eq!(read("invalid_grant", 1).refusal, Refusal::CodeNotValid);
    }

    #[test]
    fn only_temporary_refusals_are_transient() {
        assert!(EntraError::new("temporarily_unavailable", "", true).is_transient());
        assert!(read("invalid_grant", 90033).is_transient());
        assert!(!read("invalid_grant", 700_082).is_transient());
    }

    #[test]
    fn hostile_text_is_reduced_to_one_short_line_without_secrets() {
        let secret = Secret::new("0.AbSecret".into());
        let body = json!({
            "error": "invalid_grant\r\n\u{1b}[2J",
            "error_description": format!("no 0.AbSecret\r\n\u{1b}[31m{}", "x".repeat(5000)),
            "correlation_id": "<script>",
            "trace_id": "x".repeat(5000),
        });
        let error = EntraError::read(body.to_string().as_bytes(), &[&secret], true).unwrap();
        let printed = format!("{error} {error:?}");
        assert!(
            !printed.contains("0.AbSecret") && printed.chars().count() < 1500,
            "{printed}"
        );
        assert!(!error.to_string().contains(char::is_control), "{error}");
        assert_eq!((error.correlation_id, error.trace_id), (None, None));
    }

    #[test]
    fn other_json_is_not_parsed_as_a_refusal() {
        for body in [
            "",
            "[]",
            "{}",
            "null",
            r#"{"error":{"code":"x"}}"#,
            "<html>",
        ] {
            assert!(
                EntraError::read(body.as_bytes(), &[], false).is_none(),
                "{body}"
            );
        }
    }
}
