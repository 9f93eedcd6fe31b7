//! The main job from end to end, on this computer: `cargo demo`.
//!
//! Builds the library and the module, starts a loopback Microsoft Graph, finds the users that
//! external users reached according to an audit export, and removes their access to those chats:
//! with PowerShell and the module if PowerShell 7 is installed, otherwise through the C ABI.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use chat_access::ffi::ChatAccessStatus as Status;
use sandbox::{DirectoryUser, Limits, Sandbox, SandboxOptions, TokenClaims};
use serde_json::{Value, json};
use stage::Native;

type Result<T> = std::result::Result<T, Box<dyn Error>>;
/// The ids of a removal: tenant, user, thread.
type Ids = (String, String, String);

fn main() -> Result<()> {
    println!("Building the library and the module (the first time takes a minute or two) ...");
    let folder = tempfile::tempdir()?;
    let module = stage::module(folder.path())?;
    let files = Files::new()?;

    // No record of the group chat contains the object ids of Ben and Dan, so the search looks them
    // up. The directory has no account of Dan's: his target stays unresolved.
    let sandbox = Sandbox::start(SandboxOptions {
        limits: Limits::documented(),
        users: vec![DirectoryUser {
            id: "91c4e0d7-2f5a-4b36-8d79-c60a1b3e5f24".into(),
            user_principal_name: "ben@contoso.example".into(),
        }],
        ..Default::default()
    });
    let token = sandbox.token(TokenClaims {
        scp: Some("Chat.ReadWrite.All User.ReadBasic.All".into()),
        ..Default::default()
    });
    println!(
        "A loopback Microsoft Graph with the documented limits listens on {}.\n",
        sandbox.url()
    );

    let native = Native::load(stage::library());
    let account = native.account(&sandbox.url(), &token);
    let resolved = match stage::pwsh() {
        Some(pwsh) => {
            println!("Finding and removing with PowerShell ({}):", pwsh.display());
            let status = stage::pwsh_command(&pwsh)
                .arg("-File")
                .arg(stage::root().join("examples/demo.ps1"))
                .arg(&module)
                .arg(sandbox.url())
                .args([&files.export, &files.report, &files.journal])
                .env("CHATACCESS_DEMO_TOKEN", &token)
                .status()?;
            if !status.success() {
                return Err(format!("PowerShell ended with {status}").into());
            }
            resolved(&find(&native, account, &files.export, None)?)
        }
        None => {
            println!("POWERSHELL 7 IS NOT INSTALLED: finding and removing through the C ABI.\n");
            let targets = find(&native, account, &files.export, Some(&files.report))?;
            print_targets(&targets);
            let resolved = resolved(&targets);
            remove(&native, account, &files.journal, &resolved);
            resolved
        }
    };
    native.close(account);

    let applied = sandbox.applied();
    let applied: BTreeSet<Ids> = applied
        .into_iter()
        .map(|removal| (removal.tenant, removal.user, removal.thread))
        .collect();
    if resolved.is_empty() || applied != resolved {
        return Err(format!("the service applied {applied:#?} instead of {resolved:#?}").into());
    }
    println!(
        "The service applied {} removals: exactly the resolved targets.\n",
        applied.len()
    );
    println!("Report:  {}", files.report.display());
    println!("Journal: {}", files.journal.display());
    Ok(())
}

/// What the demo reads, and what it leaves behind in `target/demo`.
struct Files {
    export: PathBuf,
    report: PathBuf,
    journal: PathBuf,
}

impl Files {
    /// Starts with an empty folder: the journal of an earlier demo would make this one skip every
    /// removal.
    fn new() -> Result<Self> {
        let root = stage::root();
        let folder = root.join("target/demo");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self {
            export: root.join("examples/audit-export.csv"),
            report: folder.join("report.html"),
            journal: folder.join("removals.jsonl"),
        })
    }
}

/// The targets that a search handle finds in `export`.
fn find(native: &Native, account: i64, export: &Path, report: Option<&Path>) -> Result<Vec<Value>> {
    let request = json!({
        "open": "search", "paths": [export], "report": report, "account": account, "resolve_users": true,
    });
    let search = native
        .open(&request, None)
        .map_err(|(_, error)| error.to_string())?;
    native.finish(search);
    let mut targets = Vec::new();
    loop {
        let (status, event) = native.next(search, -1);
        if status == Status::Ended as i32 {
            break;
        }
        match event["event"].as_str() {
            Some("target") => targets.push(event),
            None | Some("file_error" | "source_error" | "truncated" | "bad_row" | "warning") => {
                return Err(format!("the search of {}: {event}", export.display()).into());
            }
            Some(_) => {}
        }
    }
    native.close(search);
    Ok(targets)
}

fn resolved(targets: &[Value]) -> BTreeSet<Ids> {
    targets
        .iter()
        .filter(|target| target["unresolved"].is_null())
        .map(|target| {
            (
                text(target, "tenant_id"),
                text(target, "user_id"),
                text(target, "thread_id"),
            )
        })
        .collect()
}

/// Removes access one target after another, as a C program does with its blocking call.
fn remove(native: &Native, account: i64, journal: &Path, targets: &BTreeSet<Ids>) {
    let run = native.run(&[account], json!({"journal": journal}));
    println!("{:<14} {:<36} ThreadId", "Status", "UserId");
    println!("{:<14} {:<36} --------", "------", "------");
    for (tenant, user, thread) in targets {
        let (_, outcome) = native.remove(run, (tenant, user, thread), -1);
        println!("{:<14} {user:<36} {thread}", text(&outcome, "status"));
    }
    println!();
    native.close(run);
}

fn print_targets(targets: &[Value]) {
    println!("{:<22} {:<36} ChatType", "User", "UserId");
    println!("{:<22} {:<36} --------", "----", "------");
    for target in targets {
        let user = match target["unresolved"].as_str() {
            Some(unresolved) => format!("({unresolved})"),
            None => text(target, "user_id"),
        };
        println!(
            "{:<22} {user:<36} {}",
            text(target, "user_principal_name"),
            text(target, "chat_type")
        );
    }
    println!();
    for target in targets {
        if let Some(reason) = target["reason"].as_str() {
            let user = text(target, "user_principal_name");
            println!("Unresolved, so not removed: {user}: {reason}\n");
        }
    }
}

fn text(object: &Value, field: &str) -> String {
    object[field].as_str().unwrap_or_default().to_owned()
}
