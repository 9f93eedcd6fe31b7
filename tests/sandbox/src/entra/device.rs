//! `devicecode`: issues a code to enter on another device.

use std::time::{Duration, Instant};

use serde_json::json;

use super::refusal::Refusal;
use super::{Entra, Form, random, tenant};
use crate::response::Response;
use crate::service::Service;

/// An issued device code.
pub(super) struct Code {
    pub(super) client: String,
    pub(super) scope: String,
    pub(super) ends: Instant,
    pub(super) polls_left: u32,
    pub(super) interval: Duration,
    pub(super) last_poll: Option<Instant>,
}

pub(super) fn serve(
    service: &Service,
    entra: &mut Entra,
    tenant: &str,
    form: &Form,
    origin: &str,
) -> Result<Response, Refusal> {
    tenant::check(tenant)?;
    entra.refuse(&["devicecode"])?;
    let client = form.require("client_id")?;
    if !service.directory().is_known(client) {
        return Err(Refusal::unknown_application(client));
    }
    let settings = &entra.settings;
    let code = Code {
        client: client.into(),
        scope: form.require("scope")?.into(),
        ends: Instant::now() + Duration::from_secs(settings.device_code_seconds),
        polls_left: settings.pending_polls,
        interval: Duration::from_secs(settings.interval),
        last_poll: None,
    };
    let user_code = random()[3..12].to_uppercase();
    let page = format!("{origin}/devicelogin");
    let (device_code, seconds, interval) =
        (random(), settings.device_code_seconds, settings.interval);
    entra.device_codes.insert(device_code.clone(), code);
    entra.stats.device_codes += 1;
    Ok(Response::json(
        200,
        &json!({
            "user_code": user_code,
            "device_code": device_code,
            "verification_uri": page,
            "expires_in": seconds,
            "interval": interval,
            "message": format!("To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."),
        }),
    ))
}

impl Code {
    /// Handles one poll. A poll before the interval is over lengthens the interval by 5 s.
    pub(super) fn poll(&mut self) -> Result<(), Refusal> {
        let now = Instant::now();
        let last = self.last_poll.replace(now);
        // Timers are not exact: 100 ms too early is accepted.
        let tolerance = Duration::from_millis(100);
        if last.is_some_and(|last| now - last + tolerance < self.interval) {
            self.interval += Duration::from_secs(5);
            return Err(Refusal::new(
                "slow_down",
                0,
                "The client polled before the interval was over.",
            ));
        }
        if now >= self.ends {
            return Err(Refusal::new(
                "expired_token",
                70020,
                "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
            ));
        }
        if self.polls_left > 0 {
            self.polls_left -= 1;
            return Err(Refusal::new(
                "authorization_pending",
                70016,
                "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
            ));
        }
        Ok(())
    }
}
