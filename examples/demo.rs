//! The main job from end to end, on this computer: `cargo demo`.
//!
//! Builds the library and the module, starts a loopback Microsoft Graph, finds in an audit export whom
//! outsiders wrote to, and removes those users' access: through PowerShell and the module where there is a
//! PowerShell, else through the C ABI.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use sandbox::{Limits, Sandbox, SandboxOptions, TokenClaims};
use serde_json::{Value, json};
use stage::Native;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    println!("Building the library and the module (the first time takes a minute or two) ...");
    let folder = tempfile::tempdir()?;
    let module = stage::module(folder.path())?;

    let sandbox = Sandbox::start(SandboxOptions {
        limits: Limits::documented(),
        ..Default::default()
    });
    println!(
        "A loopback Microsoft Graph with the documented limits listens on {}.",
        sandbox.url()
    );

    let export = stage::root().join("examples/audit-export.csv");
    let (records, targets) = one_to_one_targets(&export)?;
    println!(
        "examples/audit-export.csv has {records} records; outsiders wrote to {} users in one-to-one chats.\n",
        targets.len()
    );

    let token = sandbox.token(TokenClaims::default());
    match stage::pwsh() {
        Some(pwsh) => {
            println!(
                "Removing their access through PowerShell ({}) and the module:",
                pwsh.display()
            );
            let table = folder.path().join("targets.csv");
            write_table(&table, &targets)?;
            let status = stage::pwsh_command(&pwsh)
                .arg("-File")
                .arg(stage::root().join("examples/demo.ps1"))
                .arg(&module)
                .arg(sandbox.url())
                .arg(&table)
                .env("CHATACCESS_DEMO_TOKEN", &token)
                .status()?;
            if !status.success() {
                return Err(format!("PowerShell ended with {status}").into());
            }
        }
        None => {
            println!(
                "THERE IS NO POWERSHELL 7 HERE: removing their access through the C ABI instead.\n"
            );
            remove_through_c_abi(&sandbox.url(), &token, &targets)?;
        }
    }

    let applied = sandbox.applied().len();
    println!(
        "The service applied {applied} removals of {}.",
        targets.len()
    );
    if applied != targets.len() {
        return Err("not all of them were applied".into());
    }
    Ok(())
}

/// An internal user in a chat that an outsider takes part in.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    tenant: String,
    user: String,
    thread: String,
}

/// The one-to-one chats with an outsider, and how many records there are. A one-to-one chat's id holds the
/// object ids of both, and `UserKey` is the id of whoever acted.
fn one_to_one_targets(export: &Path) -> Result<(usize, BTreeSet<Target>)> {
    let mut targets = BTreeSet::new();
    let mut records = 0;
    for row in csv::Reader::from_path(export)?.into_records() {
        records += 1;
        let row = row?;
        let audit: Value = serde_json::from_str(row.get(5).ok_or("a row without AuditData")?)?;
        targets.extend(internal_user(&audit));
    }
    Ok((records, targets))
}

fn internal_user(audit: &Value) -> Option<Target> {
    let thread = audit["ChatThreadId"].as_str()?;
    let (one, other) = thread
        .strip_prefix("19:")?
        .strip_suffix("@unq.gbl.spaces")?
        .split_once('_')?;
    if audit["ParticipantInfo"]["HasForeignTenantUsers"] != true {
        return None;
    }
    let home = &audit["OrganizationId"];
    let actor = audit["UserKey"].as_str()?;
    let mut members = audit["Members"].as_array()?.iter();
    let actors_tenant = &members.find(|member| member["UPN"] == audit["UserId"])?["OrganizationId"];
    let user = match actors_tenant == home {
        true => actor,
        false if actor == one => other,
        false => one,
    };
    Some(Target {
        tenant: home.as_str()?.into(),
        user: user.into(),
        thread: thread.into(),
    })
}

fn write_table(path: &Path, targets: &BTreeSet<Target>) -> Result<()> {
    let rows = targets
        .iter()
        .map(|target| format!("{},{},{}\n", target.tenant, target.user, target.thread));
    fs::write(
        path,
        format!("TenantId,UserId,ThreadId\n{}", rows.collect::<String>()),
    )?;
    Ok(())
}

fn remove_through_c_abi(graph: &str, token: &str, targets: &BTreeSet<Target>) -> Result<()> {
    let native = Native::load(stage::library());
    let account = native.account(graph, token);
    let run = native.run(&[account], json!({}));
    println!("{:<14} {:<36} ThreadId", "Status", "UserId");
    println!("{:<14} {:<36} --------", "------", "------");
    for target in targets {
        let removal = (
            target.tenant.as_str(),
            target.user.as_str(),
            target.thread.as_str(),
        );
        let (_, outcome) = native.remove(run, removal, -1);
        let status = outcome["status"].as_str().unwrap_or("?");
        println!("{status:<14} {:<36} {}", target.user, target.thread);
    }
    println!();
    native.close(run);
    native.close(account);
    Ok(())
}
