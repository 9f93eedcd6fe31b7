//! Sign-in at a loopback Entra, and token renewal in the session.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_access::cloud::Cloud;
use chat_access::graph::{Call, MAX_RESPONSE_BYTES};
use chat_access::identity::{Account, Application, Method, SignIn, Stage};
use chat_access::token::{AccessToken, RefreshToken};
use sandbox::{
    EntraRefusal, EntraSettings, Fault, FaultScript, Rule, Sandbox, SandboxOptions, TENANT_ID,
    TokenClaims,
};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

fn entra(settings: EntraSettings) -> Sandbox {
    Sandbox::start(SandboxOptions {
        entra: settings,
        ..SandboxOptions::default()
    })
}

fn refusing(refusal: EntraRefusal) -> Sandbox {
    entra(EntraSettings {
        refusals: vec![refusal],
        ..EntraSettings::default()
    })
}

fn start_at(url: &str, tenant: Option<&str>, method: Method) -> SignIn {
    let cloud = Cloud::new(None, Some(url), Some(url)).unwrap();
    let application = Application::new(tenant, None, Vec::new()).unwrap();
    SignIn::start(cloud, application, method).unwrap()
}

fn start(sandbox: &Sandbox, method: Method) -> SignIn {
    start_at(&sandbox.url(), None, method)
}

fn browser() -> Method {
    Method::Browser {
        login_hint: None,
        limit: PATIENCE,
    }
}

/// Returns the next event as a caller of the C ABI receives it.
fn next(sign_in: &SignIn) -> Value {
    crate::common::next(sign_in.events()).expect("an event")
}

/// Fetches an address without following redirects. Returns status line, headers and body.
fn fetch(url: &str) -> String {
    let rest = url.strip_prefix("http://").expect("an http address");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).expect("the port is open");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

fn location(response: &str) -> &str {
    let line = response.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location").then_some(value)
    });
    line.expect("a redirect")
}

/// Completes the sign-in in place of a browser and returns the last page.
fn agree(sign_in: &SignIn) -> String {
    let event = next(sign_in);
    assert_eq!(event["event"], "browser", "{event}");
    let response = fetch(event["url"].as_str().unwrap());
    fetch(location(&response))
}

fn account(sign_in: &SignIn) -> Arc<Account> {
    match sign_in.stage() {
        Stage::SignedIn(account) => account,
        other => panic!("{other:?}"),
    }
}

/// Signs in with a token that lives for `life` seconds.
fn signed_in(sandbox: &Sandbox, life: i64) -> (SignIn, Arc<Account>) {
    sandbox.set_entra(living(life));
    let sign_in = start(sandbox, browser());
    agree(&sign_in);
    assert_eq!(next(&sign_in)["event"], "signed_in");
    let account = account(&sign_in);
    (sign_in, account)
}

fn living(seconds: i64) -> EntraSettings {
    EntraSettings {
        claims: TokenClaims {
            expires_in: seconds,
            ..TokenClaims::default()
        },
        ..EntraSettings::default()
    }
}

#[test]
fn a_browser_sign_in_shows_a_page_and_describes_the_account() {
    let sandbox = entra(EntraSettings::default());
    let sign_in = start(&sandbox, browser());
    let page = agree(&sign_in);
    assert!(
        page.contains("You are signed in") && page.contains("close this page"),
        "{page}"
    );
    let event = next(&sign_in);
    let described = &event["account"];
    assert_eq!(described["account"], "admin@contoso.example");
    assert_eq!(described["tenant_id"], TENANT_ID);
    assert_eq!(described["token_source"], "Browser");
    assert_eq!(described["renews"], true);
    assert_eq!(described["environment"], "Custom");
    assert!(described["expires"].is_string());
    assert_eq!(sandbox.entra_stats().tokens["authorization_code"], 1);
}

#[test]
fn a_forged_redirect_is_refused_and_the_real_one_is_accepted_once() {
    let sandbox = entra(EntraSettings::default());
    let sign_in = start(&sandbox, browser());
    let event = next(&sign_in);
    let response = fetch(event["url"].as_str().unwrap());
    let right = location(&response).to_string();
    let forged = right.replace("state=", "state=x");
    assert!(fetch(&forged).starts_with("HTTP/1.1 400"));
    assert!(fetch(&right).starts_with("HTTP/1.1 200"));
    assert_eq!(next(&sign_in)["event"], "signed_in");
    let port = right.strip_prefix("http://").unwrap();
    let host = port.split('/').next().unwrap();
    assert!(TcpStream::connect(host).is_err(), "the port is closed");
}

#[test]
fn an_id_token_with_another_nonce_is_refused() {
    let sandbox = entra(EntraSettings {
        wrong_nonce: true,
        ..EntraSettings::default()
    });
    let sign_in = start(&sandbox, browser());
    let page = agree(&sign_in);
    assert!(page.contains("The sign-in failed"), "{page}");
    assert_eq!(next(&sign_in)["error"], "Forged");
    assert!(matches!(sign_in.stage(), Stage::Failed));
}

#[test]
fn a_refusal_in_the_browser_is_reported_with_its_code() {
    let sandbox = refusing(EntraRefusal {
        on: "authorize".into(),
        error: "access_denied".into(),
        code: 65004,
        ..EntraRefusal::default()
    });
    let sign_in = start(&sandbox, browser());
    assert!(agree(&sign_in).contains("The sign-in failed"));
    let event = next(&sign_in);
    assert_eq!(event["error"], "ConsentDeclined");
    assert_eq!(event["code"], "AADSTS65004");
    assert!(event["correlation_id"].is_string(), "{event}");
}

#[test]
fn an_unattended_browser_sign_in_times_out() {
    let sandbox = entra(EntraSettings::default());
    let method = Method::Browser {
        login_hint: None,
        limit: Duration::from_millis(50),
    };
    let sign_in = start(&sandbox, method);
    assert_eq!(next(&sign_in)["event"], "browser");
    assert_eq!(next(&sign_in)["error"], "TimedOut");
}

#[test]
fn closing_stops_a_sign_in_immediately() {
    let sandbox = entra(EntraSettings::default());
    let sign_in = start(&sandbox, browser());
    let event = next(&sign_in);
    let response = fetch(event["url"].as_str().unwrap());
    let host = location(&response).strip_prefix("http://").unwrap();
    let host = host.split('/').next().unwrap().to_string();
    let began = Instant::now();
    sign_in.close();
    while TcpStream::connect(&host).is_ok() {
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "the port stays open"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_device_code_is_reported_and_polled_until_it_is_entered() {
    let sandbox = entra(EntraSettings::default());
    let sign_in = start(&sandbox, Method::DeviceCode);
    let event = next(&sign_in);
    assert_eq!(event["event"], "device_code");
    let code = event["user_code"].as_str().unwrap();
    assert!(event["message"].as_str().unwrap().contains(code), "{event}");
    assert_eq!(event["expires_in_seconds"], 900);
    let event = next(&sign_in);
    assert_eq!(event["account"]["token_source"], "DeviceCode", "{event}");
}

#[test]
fn declining_a_device_code_ends_the_sign_in() {
    let sandbox = refusing(EntraRefusal {
        on: "device_code".into(),
        error: "authorization_declined".into(),
        ..EntraRefusal::default()
    });
    let sign_in = start(&sandbox, Method::DeviceCode);
    next(&sign_in);
    assert_eq!(next(&sign_in)["error"], "Declined");
}

#[test]
fn a_refresh_token_signs_in_without_the_user_and_is_rotated() {
    let sandbox = entra(EntraSettings::default());
    let (_first, account) = signed_in(&sandbox, 3600);
    let exported = account.export_refresh_token().unwrap();
    let token = || RefreshToken::new(exported.as_bytes()).unwrap();
    let again = start(&sandbox, Method::RefreshToken(token()));
    let event = next(&again);
    assert_eq!(event["account"]["token_source"], "RefreshToken", "{event}");
    let rotated = self::account(&again).export_refresh_token().unwrap();
    assert_ne!(*rotated, *exported);
}

#[test]
fn an_expired_refresh_token_is_reported_with_a_next_step() {
    let sandbox = entra(EntraSettings::default());
    let token = RefreshToken::new(b"0.AbCdEf").unwrap();
    let sign_in = start(&sandbox, Method::RefreshToken(token));
    let event = next(&sign_in);
    assert_eq!(event["error"], "RefreshTokenExpired");
    assert_eq!(event["code"], "AADSTS700082");
    let message = event["next_step"].as_str().unwrap();
    assert!(message.contains("Export-ChatAccessToken"), "{message}");
}

#[test]
fn a_throttled_sign_in_waits_and_retries() {
    let sandbox = entra(EntraSettings {
        refusals: vec![EntraRefusal {
            on: "devicecode".into(),
            status: 429,
            error: "temporarily_unavailable".into(),
            retry_after: Some(1),
            ..EntraRefusal::default()
        }],
        pending_polls: 0,
        ..EntraSettings::default()
    });
    let sign_in = start(&sandbox, Method::DeviceCode);
    let event = next(&sign_in);
    assert_eq!(
        (&event["event"], &event["seconds"]),
        (&json!("wait"), &json!(1.0))
    );
    assert_eq!(next(&sign_in)["event"], "device_code");
}

#[test]
fn an_unknown_tenant_is_reported_with_its_code() {
    let sandbox = entra(EntraSettings::default());
    let other = "11111111-2222-4333-8444-555555555555";
    let sign_in = start_at(&sandbox.url(), Some(other), Method::DeviceCode);
    let event = next(&sign_in);
    assert_eq!(event["error"], "TenantNotFound");
    assert_eq!(event["code"], "AADSTS90002");
}

#[test]
fn an_account_of_another_tenant_is_refused() {
    let mut settings = EntraSettings::default();
    settings.claims.tid = "11111111-2222-4333-8444-555555555555".into();
    let sandbox = entra(settings);
    let sign_in = start_at(&sandbox.url(), Some(TENANT_ID), browser());
    assert!(agree(&sign_in).contains("The sign-in failed"));
    let event = next(&sign_in);
    assert_eq!(event["error"], "WrongTenant", "{event}");
}

#[test]
fn concurrent_callers_share_one_renewal_before_expiry() {
    let sandbox = entra(EntraSettings::default());
    // A token that lives for 2 s is renewed after 1 s.
    let (_sign_in, account) = signed_in(&sandbox, 2);
    let first = account.token().unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| account.token().unwrap());
        }
    });
    assert_eq!(sandbox.entra_stats().tokens["refresh_token"], 1);
    // Replacing the old token returns the new one without another request to Entra.
    assert!(account.refresh(&first, None).is_ok());
    assert_eq!(sandbox.entra_stats().tokens["refresh_token"], 1);
}

#[test]
fn a_rejected_token_is_renewed_with_the_claims_of_the_challenge() {
    let sandbox = entra(EntraSettings::default());
    let (_sign_in, account) = signed_in(&sandbox, 3600);
    let refused = account.token().unwrap();
    account
        .refresh(&refused, Some("eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="))
        .unwrap();
    let stats = sandbox.entra_stats();
    assert_eq!(stats.tokens["refresh_token"], 1);
    assert_eq!(stats.claims, [r#"{"access_token":{}}"#]);
}

#[test]
fn the_current_token_is_used_until_it_expires_while_entra_is_unavailable() {
    let sandbox = entra(EntraSettings::default());
    let (_sign_in, account) = signed_in(&sandbox, 2);
    sandbox.set_entra(EntraSettings {
        refusals: vec![EntraRefusal {
            times: 100,
            status: 503,
            error: "temporarily_unavailable".into(),
            ..EntraRefusal::default()
        }],
        ..living(2)
    });
    std::thread::sleep(Duration::from_millis(1100));
    assert!(account.token().is_ok());
    std::thread::sleep(Duration::from_millis(1000));
    let error = account.token().unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!(account.objection(TENANT_ID).is_none());
}

#[test]
fn a_revoked_session_fails_every_time_after_one_request() {
    let sandbox = entra(EntraSettings::default());
    let (_sign_in, account) = signed_in(&sandbox, 3600);
    sandbox.set_entra(EntraSettings {
        refusals: vec![EntraRefusal {
            times: 100,
            code: 50173,
            ..EntraRefusal::default()
        }],
        ..EntraSettings::default()
    });
    let refused = account.token().unwrap();
    for _ in 0..2 {
        let error = account.refresh(&refused, None).unwrap_err();
        assert_eq!(error.id(), "RefreshTokenRevoked");
        assert!(error.to_string().contains("AADSTS50173"), "{error}");
    }
    assert_eq!(sandbox.entra_stats().refused, 1);
    assert_eq!(account.describe()["renews"], false);
}

/// Starts a server that sends `response` on every connection and returns its address.
fn hostile(response: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 16 * 1024]);
            let _ = stream.write_all(&response);
        }
    });
    url
}

#[test]
fn a_hostile_response_is_an_error_that_does_not_repeat_it() {
    let with = |head: &str, body: &str| {
        format!(
            "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    };
    let long = format!(
        r#"{{"error":"x","error_description":"{}"}}"#,
        "y".repeat(1 << 20)
    );
    let nested = format!("{}{}", "[".repeat(60_000), "]".repeat(60_000));
    for (response, error) in [
        (
            with("200 OK\r\nContent-Type: text/html", "<h1>\u{1b}[31mEVIL"),
            "NotEntra",
        ),
        (with("200 OK", &long), "NotEntra"),
        (with("400 Bad", &long), "NotEntra"),
        (with("200 OK", &nested), "NotEntra"),
        (
            with("302 Found\r\nLocation: https://evil.example/EVIL", ""),
            "NotEntra",
        ),
        (with("200 OK", r#"{"device_code":7}"#), "NotEntra"),
        (
            with(
                "200 OK",
                r#"{"device_code":"d","user_code":"u","expires_in":9,"verification_uri":"javascript:EVIL"}"#,
            ),
            "NotEntra",
        ),
        (
            with(
                "400 Bad",
                r#"{"error":"e\u001b[2J","error_description":"AADSTS1: a\r\nb\u202Ec"}"#,
            ),
            "Other",
        ),
    ] {
        let sign_in = start_at(&hostile(response), None, Method::DeviceCode);
        let event = next(&sign_in);
        assert_eq!(event["error"], error, "{event}");
        let message = event["message"].as_str().unwrap();
        assert!(
            !message.contains("EVIL") && message.len() < 1000,
            "{message}"
        );
        assert!(
            !message.contains(|c: char| c.is_control() || c == '\u{202E}'),
            "{message}"
        );
    }
}

#[test]
fn a_slow_response_ends_at_the_time_limit() {
    let sandbox = Sandbox::start(SandboxOptions {
        faults: FaultScript::new([Rule::new(Fault::Slow {
            bytes_per_second: 20,
        })]),
        ..SandboxOptions::default()
    });
    let cloud = Cloud::new(None, Some(&sandbox.url()), None).unwrap();
    let token = AccessToken::new(sandbox.token(TokenClaims::default()).as_bytes()).unwrap();
    let account = Account::with_token(cloud, token.clone()).unwrap();
    let began = Instant::now();
    let limit = Duration::from_millis(300);
    let call = Call::get("users/admin".into()).with_limits(limit, MAX_RESPONSE_BYTES);
    assert!(account.client().call(&call, &token).is_err());
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_token_that_entra_echoes_is_redacted() {
    let sandbox = refusing(EntraRefusal {
        description: "The token 0.AbCdEfSecret is not good.".into(),
        ..EntraRefusal::default()
    });
    let token = RefreshToken::new(b"0.AbCdEfSecret").unwrap();
    let sign_in = start(&sandbox, Method::RefreshToken(token));
    let event = next(&sign_in);
    assert_eq!(event["error"], "RefreshTokenNotValid");
    let message = event.to_string();
    assert!(
        message.contains("(not shown)") && !message.contains("0.AbCdEf"),
        "{message}"
    );
}

#[test]
fn no_event_or_debug_output_contains_a_secret() {
    let sandbox = entra(EntraSettings::default());
    let sign_in = start(&sandbox, browser());
    let mut printed = String::new();
    let event = next(&sign_in);
    printed += &event.to_string();
    let response = fetch(event["url"].as_str().unwrap());
    let back = location(&response).to_string();
    printed += &fetch(&back);
    printed += &next(&sign_in).to_string();
    let account = account(&sign_in);
    printed += &format!("{account:?} {sign_in:?} {}", account.describe());
    let code = back
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    let code = code.replace("%2E", ".");
    assert!(code.starts_with("0.A"), "{code}");
    let refresh = account.export_refresh_token().unwrap();
    assert!(!printed.contains(&code), "the code is printed: {printed}");
    assert!(
        !printed.contains(refresh.as_str()),
        "the refresh token is printed"
    );
    assert!(!printed.contains("eyJ"), "a token is printed: {printed}");
}
