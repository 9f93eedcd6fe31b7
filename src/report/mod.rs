//! The HTML report: which external users reached whom, and when.
//!
//! [`write_findings`] writes the results of a search, and [`page`] returns the document: self-contained. External users influence the values in records, so
//! every value is escaped by [`Text`], and the page's policy allows nothing but its own style and
//! script.

mod days;
mod external_users;
mod text;
mod write;

use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;

use jiff::Timestamp;
use uuid::Uuid;

use self::days::Days;
use self::external_users::external_users;
use self::text::{Text, When};
use crate::search::{Findings, Target, counted};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Writes the report on `findings` to `path`, as [`SearchOptions`](crate::search::SearchOptions)
/// requires.
///
/// # Errors
/// The file can't be written. What was at `path` stays as it was.
pub fn write_findings(path: &Path, findings: &Findings) -> io::Result<()> {
    write::write(path, &page(findings, Timestamp::now()))
}

/// Returns the report on `findings`, dated `now`.
pub fn page(findings: &Findings, now: Timestamp) -> String {
    let mut page = String::new();
    // Writing to a String can't fail.
    let _ = write_page(&mut page, findings, now);
    page
}

fn write_page(page: &mut String, findings: &Findings, now: Timestamp) -> fmt::Result {
    // A random nonce, so that no script in a record can run.
    let nonce = Uuid::new_v4().simple();
    write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Chats with external users</title>\n<style nonce=\"{nonce}\">\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip screen\" href=\"#of-targets\">Skip to the targets</a>\n<header>\n\
         <h1>Chats with external users</h1>\n<p class=\"soft\">{} in {}, read {} UTC.</p>\n</header>\n<main>\n",
        counted(findings.records, "record"),
        counted(findings.files.len().max(1) as u64, "source"),
        When(Some(now)),
    )?;
    write_summary(page, findings)?;
    write_days(page, &findings.targets)?;
    write_external_users(page, &findings.targets)?;
    write_targets(page, &findings.targets)?;
    write!(
        page,
        "</main>\n<script nonce=\"{nonce}\">\n{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

fn write_summary(page: &mut String, findings: &Findings) -> fmt::Result {
    let targets = &findings.targets;
    let distinct = |of: &dyn Fn(&Target) -> Vec<String>| {
        let all: std::collections::BTreeSet<String> = targets.iter().flat_map(of).collect();
        all.len()
    };
    let unresolved = targets
        .iter()
        .filter(|target| target.unresolved.is_some())
        .count();
    page.push_str("<dl>\n");
    for (name, count) in [
        ("External users", external_users(targets).len()),
        (
            "Their domains",
            distinct(&|target| target.external_domains.to_vec()),
        ),
        ("Users reached", distinct(&|target| vec![user(target)])),
        ("Chats", distinct(&|target| vec![target.thread_id.clone()])),
        ("Ready to remove", targets.len() - unresolved),
        ("Unresolved", unresolved),
    ] {
        writeln!(page, "<div><dt>{name}</dt><dd>{count}</dd></div>")?;
    }
    page.push_str("</dl>\n");
    let damages = findings.damages.iter().map(ToString::to_string);
    let missing: Vec<String> = findings.incomplete.iter().cloned().chain(damages).collect();
    if !missing.is_empty() {
        page.push_str("<p class=\"bad\">What the search could not use or left out:</p>\n<ul>\n");
        for what in missing.iter().take(20) {
            writeln!(page, "<li>{}</li>", Text(what))?;
        }
        if missing.len() > 20 {
            writeln!(page, "<li>and {} more</li>", missing.len() - 20)?;
        }
        page.push_str("</ul>\n");
    }
    Ok(())
}

fn write_days(page: &mut String, targets: &[Target]) -> fmt::Result {
    let Some(days) = Days::of(targets) else {
        return Ok(());
    };
    let most = days.most();
    write!(
        page,
        "<section>\n<h2 id=\"days\">When the chats were first seen</h2>\n\
         <svg viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"New chats per {}, at most {most}\">\n",
        days.counts.len(),
        days.step_name(),
    )?;
    for (at, count) in days
        .counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
    {
        let height = (100.0 * *count as f64 / most as f64).max(2.0);
        writeln!(
            page,
            "<rect x=\"{at}.05\" y=\"{:.1}\" width=\".9\" height=\"{height:.1}\"><title>{}: {count}</title></rect>",
            100.0 - height,
            days.name(at),
        )?;
    }
    writeln!(
        page,
        "</svg>\n<p class=\"ends soft\"><span>{}</span><span>at most {most} per {}</span><span>{}</span></p>\n</section>",
        days.name(0),
        days.step_name(),
        days.name(days.counts.len() - 1),
    )
}

fn write_external_users(page: &mut String, targets: &[Target]) -> fmt::Result {
    page.push_str(
        "<section>\n<h2 id=\"external-users\">Who reached whom</h2>\n\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"external-users\" tabindex=\"0\">\n<table>\n<thead><tr>\
         <th scope=\"col\">External user</th><th scope=\"col\" class=\"number\">Users</th>\
         <th scope=\"col\" class=\"number\">Chats</th><th scope=\"col\" class=\"time\">First seen (UTC)</th>\
         <th scope=\"col\" class=\"time\">Last seen (UTC)</th><th scope=\"col\">Users reached</th></tr></thead>\n<tbody>\n",
    );
    for (name, reached) in external_users(targets) {
        write!(
            page,
            "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
             <td class=\"time\">{}</td><td class=\"time\">{}</td><td>",
            Text(&name),
            reached.users.len(),
            reached.chats.len(),
            When(reached.first),
            When(reached.last),
        )?;
        write_list(page, reached.users.iter().map(String::as_str), 5)?;
        page.push_str("</td></tr>\n");
    }
    page.push_str("</tbody>\n</table>\n</div>\n</section>\n");
    Ok(())
}

fn write_targets(page: &mut String, targets: &[Target]) -> fmt::Result {
    page.push_str(
        "<section>\n<h2 id=\"of-targets\">Targets</h2>\n\
         <label class=\"screen\" hidden>Show rows that contain these words <input id=\"filter\" type=\"search\" \
         autocomplete=\"off\" spellcheck=\"false\"></label>\n<p id=\"filter-status\" class=\"soft\" role=\"status\"></p>\n\
         <div class=\"scroll\" id=\"targets\" role=\"region\" aria-labelledby=\"of-targets\" tabindex=\"0\">\n\
         <table>\n<thead><tr><th scope=\"col\">User</th><th scope=\"col\">User id</th><th scope=\"col\">Chat</th>\
         <th scope=\"col\">External users</th><th scope=\"col\" class=\"time\">First seen (UTC)</th><th scope=\"col\" class=\"time\">Last seen (UTC)</th>\
         <th scope=\"col\" class=\"number\">Events</th><th scope=\"col\">Operations</th></tr></thead>\n<tbody>\n",
    );
    for target in targets {
        write!(
            page,
            "<tr><td>{}</td><td>",
            Text(target.user_principal_name.as_deref().unwrap_or("unknown"))
        )?;
        match (&target.user_id, &target.unresolved) {
            (Some(id), None) => write!(page, "<code>{id}</code>")?,
            (_, why) => write!(
                page,
                "<span class=\"bad\">Unresolved.</span> {}",
                Text(&why.as_ref().map(ToString::to_string).unwrap_or_default())
            )?,
        }
        write!(
            page,
            "</td><td>{:?}<br><code>{}</code></td><td>",
            target.chat_type,
            Text(&target.thread_id)
        )?;
        let named = if target.external_users.is_empty() {
            &target.external_domains
        } else {
            &target.external_users
        };
        write_list(page, named.iter().map(String::as_str), 5)?;
        write!(
            page,
            "</td><td class=\"time\">{}</td><td class=\"time\">{}</td><td class=\"number\">{}</td><td>",
            When(target.first_seen),
            When(target.last_seen),
            target.events,
        )?;
        write_list(page, target.operations.iter().map(String::as_str), 10)?;
        page.push_str("</td></tr>\n");
    }
    page.push_str("</tbody>\n</table>\n</div>\n</section>\n");
    Ok(())
}

/// Writes up to `most` values, one per line, and the number of the others.
fn write_list<'a>(
    page: &mut String,
    values: impl ExactSizeIterator<Item = &'a str>,
    most: usize,
) -> fmt::Result {
    let count = values.len();
    for (at, value) in values.take(most).enumerate() {
        let gap = if at == 0 { "" } else { "<br>" };
        write!(page, "{gap}{}", Text(value))?;
    }
    if count > most {
        write!(page, "<br>and {} more", count - most)?;
    }
    Ok(())
}

/// Returns the name or object id of a target's user.
fn user(target: &Target) -> String {
    let id = || target.user_id.map(|id| id.to_string());
    target
        .user_principal_name
        .clone()
        .or_else(id)
        .unwrap_or_else(|| "unknown".into())
}

#[cfg(test)]
mod tests;
