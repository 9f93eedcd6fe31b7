//! The sandbox as its users hold it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::oneshot;

use crate::entra::{EntraSettings, EntraStats};
use crate::faults::FaultScript;
use crate::graph::{AuditLog, Chats, DirectoryUser, Hunting};
use crate::ledger::{AppliedRemoval, RecordedRequest, Stats};
use crate::limits::Limits;
use crate::server;
use crate::service::Service;
use crate::token::TokenClaims;

/// How a sandbox starts. The default serves every removal at once, without limits or faults.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// The port on 127.0.0.1; 0 is any free one.
    pub port: u16,
    /// How long each answer takes.
    pub latency: Duration,
    /// A line on standard error for each answer.
    pub log: bool,
    /// How many requests the record keeps, the latest; 0 keeps only the counts.
    pub keep_requests: usize,
    /// Throttling.
    pub limits: Limits,
    /// How the Entra side behaves.
    pub entra: EntraSettings,
    /// How many requests a new application is still unknown to.
    pub application_delay: u32,
    /// Faults from the start on.
    pub faults: FaultScript,
    /// Well-formed chat ids that name no chat (404).
    pub missing_chats: Vec<String>,
    /// Chats that the account may not touch (403).
    pub forbidden_chats: Vec<String>,
    /// The directory's users.
    pub users: Vec<DirectoryUser>,
    /// What a search of the audit log finds.
    pub audit_log: AuditLog,
    /// What hunting queries find.
    pub hunting: Hunting,
    /// The chats that can be listed.
    pub chats: Chats,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            port: 0,
            latency: Duration::ZERO,
            log: false,
            // A request takes some three kilobytes of record, most of it the token, so this is
            // at most some sixty megabytes.
            keep_requests: 20_000,
            limits: Limits::none(),
            entra: EntraSettings::default(),
            application_delay: 1,
            faults: FaultScript::default(),
            missing_chats: Vec::new(),
            forbidden_chats: Vec::new(),
            users: Vec::new(),
            audit_log: AuditLog::default(),
            hunting: Hunting::default(),
            chats: Chats::default(),
        }
    }
}

/// A running sandbox. It serves on threads of its own, so that a blocking test can hold it, and
/// stops when it is dropped.
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
    /// If it can't listen; [`try_start`](Self::try_start) says why instead.
    pub fn start(options: SandboxOptions) -> Self {
        Self::try_start(options).expect("the sandbox can't start")
    }

    /// Starts a sandbox, or says why it can't, such as that its port is taken.
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
        // The runtime is dropped on this thread, for a drop waits for its workers, which is not
        // allowed on a thread that belongs to some other runtime, as an async test's does.
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

    /// Where it serves, such as `http://127.0.0.1:41234`: the Graph endpoint for a client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Mints an access token.
    pub fn token(&self, claims: TokenClaims) -> String {
        self.service.issue(claims)
    }

    /// Replaces the limits; nothing is used of the new ones.
    ///
    /// # Panics
    /// If a number in them is out of bounds; see [`Limits::check`].
    pub fn set_limits(&self, limits: &Limits) {
        self.service
            .set_limits(limits)
            .expect("limits within bounds");
    }

    /// Replaces how the Entra side behaves. What it has given out stays good.
    pub fn set_entra(&self, settings: EntraSettings) {
        self.service.set_entra(settings);
    }

    /// What the Entra side has counted.
    pub fn entra_stats(&self) -> EntraStats {
        self.service.entra().stats.clone()
    }

    /// Replaces the faults; the new script's counts start here.
    pub fn script(&self, script: FaultScript) {
        self.service.script(script);
    }

    /// Replaces the chats that are answered 404.
    pub fn set_missing_chats(&self, chats: &[String]) {
        self.service.set_missing_chats(chats);
    }

    /// Replaces the chats that are answered 403.
    pub fn set_forbidden_chats(&self, chats: &[String]) {
        self.service.set_forbidden_chats(chats);
    }

    /// Replaces the users of the directory.
    pub fn set_users(&self, users: Vec<DirectoryUser>) {
        self.service.set_users(users);
    }

    /// Replaces the audit log for the queries to come. A query that was made before goes on in the
    /// log of its time.
    pub fn set_audit_log(&self, log: AuditLog) {
        self.service.set_audit_log(log);
    }

    /// Replaces the tables of hunting queries; the count of their quota starts here.
    pub fn set_hunting(&self, hunting: Hunting) {
        self.service.set_hunting(hunting);
    }

    /// Replaces the chats that can be listed.
    pub fn set_chats(&self, chats: Chats) {
        self.service.set_chats(chats);
    }

    /// The latest requests, in order of arrival.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.ledger().requests()
    }

    /// The removals that took effect, in order, whether or not the client learnt of it.
    pub fn applied(&self) -> Vec<AppliedRemoval> {
        self.service.ledger().applied()
    }

    pub fn stats(&self) -> Stats {
        self.service.ledger().stats()
    }

    /// The time since the start, on the clock of the records.
    pub fn elapsed(&self) -> Duration {
        self.service.now()
    }

    /// Forgets what happened and goes back to the options it started with. Tokens stay good.
    pub fn reset(&self) {
        self.service.reset();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic on that thread has been printed already.
            let _ = thread.join();
        }
    }
}
