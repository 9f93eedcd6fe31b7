//! The handle of a running sandbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::entra::{EntraSettings, EntraStats};
use crate::faults::FaultScript;
use crate::graph::{Alerts, AuditLog, Chats, DirectoryUser, Hunting};
use crate::ledger::{AppliedRemoval, RecordedRequest, Stats};
use crate::limits::Limits;
use crate::server;
use crate::service::Service;
use crate::token::TokenClaims;

/// Options of a sandbox. By default it serves every removal at once, without limits or faults.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Port on 127.0.0.1; 0 selects a free one.
    pub port: u16,
    /// Delay before each response.
    pub latency: Duration,
    /// Whether to print a line to standard error for each response.
    pub log: bool,
    /// Number of latest requests to keep in the record; 0 keeps only the counts.
    pub keep_requests: usize,
    /// Throttling limits.
    pub limits: Limits,
    /// Behaviour of the Entra endpoints.
    pub entra: EntraSettings,
    /// Number of requests for which a new application is still unknown.
    pub application_delay: u32,
    /// Faults from the start.
    pub faults: FaultScript,
    /// Well-formed chat ids that don't exist (404).
    pub missing_chats: Vec<String>,
    /// Chats that the account has no access to (403).
    pub forbidden_chats: Vec<String>,
    /// Users of the directory.
    pub users: Vec<DirectoryUser>,
    /// Verified domains of the tenant.
    pub verified_domains: Vec<String>,
    /// Data of audit log queries.
    pub audit_log: AuditLog,
    /// Data of hunting queries.
    pub hunting: Hunting,
    /// Incidents and alerts of Defender.
    pub alerts: Alerts,
    /// Chats that can be listed.
    pub chats: Chats,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            port: 0,
            latency: Duration::ZERO,
            log: false,
            // A recorded request takes about 3 KB, most of it the token: 60 MB in all.
            keep_requests: 20_000,
            limits: Limits::none(),
            entra: EntraSettings::default(),
            application_delay: 1,
            faults: FaultScript::default(),
            missing_chats: Vec::new(),
            forbidden_chats: Vec::new(),
            users: Vec::new(),
            verified_domains: Vec::new(),
            audit_log: AuditLog::default(),
            hunting: Hunting::default(),
            alerts: Alerts::default(),
            chats: Chats::default(),
        }
    }
}

/// A running sandbox. It serves on its own threads, so that a test can block, and stops when it is
/// dropped.
pub struct Sandbox {
    service: Arc<Service>,
    address: SocketAddr,
    /// Dropped to stop the server.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox.
    ///
    /// # Panics
    /// If it can't listen. [`try_start`](Self::try_start) returns an error instead.
    pub fn start(options: SandboxOptions) -> Self {
        Self::try_start(options).expect("the sandbox can't start")
    }

    /// Starts a sandbox.
    ///
    /// # Errors
    /// The limits are out of bounds, or the sandbox can't listen, for example because its port is
    /// in use.
    pub fn try_start(options: SandboxOptions) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("sandbox")
            .enable_all()
            .build()?;
        let listener = {
            let _in_runtime = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let service = Service::new(options)
            .map_err(|invalid| io::Error::new(io::ErrorKind::InvalidInput, invalid))?;
        let service = Arc::new(service);
        let (stop, stopped) = oneshot::channel();
        let accepting = server::accept(listener, Arc::clone(&service));
        // The runtime is dropped on this thread: the drop waits for its workers, which tokio
        // forbids on a thread of another runtime, such as that of an async test.
        let thread = thread::Builder::new()
            .name("sandbox".into())
            .spawn(move || {
                runtime.spawn(accepting);
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Self {
            service,
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Returns the Graph endpoint for clients, such as `http://127.0.0.1:41234`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Issues an access token.
    pub fn token(&self, claims: TokenClaims) -> String {
        self.service.issue(claims)
    }

    /// Replaces the limits and forgets all usage.
    ///
    /// # Panics
    /// If a number is out of bounds; see [`Limits::check`].
    pub fn set_limits(&self, limits: &Limits) {
        self.service
            .set_limits(limits)
            .expect("limits within bounds");
    }

    /// Replaces the behaviour of the Entra endpoints. Codes and tokens that were issued stay valid.
    pub fn set_entra(&self, settings: EntraSettings) {
        self.service.set_entra(settings);
    }

    /// Returns the counts of the Entra endpoints.
    pub fn entra_stats(&self) -> EntraStats {
        self.service.entra().stats.clone()
    }

    /// Replaces the faults. The counts of the new script start at 0.
    pub fn script(&self, script: FaultScript) {
        self.service.script(script);
    }

    /// Replaces the chats that don't exist (404).
    pub fn set_missing_chats(&self, chats: &[String]) {
        self.service.set_missing_chats(chats);
    }

    /// Replaces the chats that the account has no access to (403).
    pub fn set_forbidden_chats(&self, chats: &[String]) {
        self.service.set_forbidden_chats(chats);
    }

    /// Replaces the users of the directory.
    pub fn set_users(&self, users: Vec<DirectoryUser>) {
        self.service.set_users(users);
    }

    /// Replaces the audit log for new queries. An existing query keeps the log it was created with.
    pub fn set_audit_log(&self, log: AuditLog) {
        self.service.set_audit_log(log);
    }

    /// Replaces the tables of hunting queries and restarts their quota.
    pub fn set_hunting(&self, hunting: Hunting) {
        self.service.set_hunting(hunting);
    }

    /// Sets how many seconds the service's clock is ahead of this computer's.
    pub fn set_clock_ahead(&self, seconds: i64) {
        self.service.set_clock_ahead(seconds);
    }

    /// Lets users write: adds rows to the table `MessageEvents`, by default with the service's time
    /// and a new message id. The chats are visible again to the users who had lost access.
    pub fn write(&self, messages: Vec<Value>) {
        self.service.write(messages);
    }

    /// Replaces the incidents and alerts.
    pub fn set_alerts(&self, alerts: Alerts) {
        self.service.set_alerts(alerts);
    }

    /// Replaces the chats that can be listed.
    pub fn set_chats(&self, chats: Chats) {
        self.service.set_chats(chats);
    }

    /// Returns the latest requests, in order of arrival.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.ledger().requests()
    }

    /// Returns the removals that were applied, in order, including those whose response was lost.
    pub fn applied(&self) -> Vec<AppliedRemoval> {
        self.service.ledger().applied()
    }

    pub fn stats(&self) -> Stats {
        self.service.ledger().stats()
    }

    /// Returns the time since the start, on the clock of the records.
    pub fn elapsed(&self) -> Duration {
        self.service.now()
    }

    /// Clears the records and restores the options of the start. Tokens stay valid.
    pub fn reset(&self) {
        self.service.reset();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic on that thread was printed when it happened.
            let _ = thread.join();
        }
    }
}
