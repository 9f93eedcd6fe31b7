//! The page: the JSON document of a case as HTML.

use serde_json::Value;
use uuid::Uuid;

use super::access::external;
use super::case::user;
use super::fields::{Fields, list, number, objects, text};
use super::text::{Page, shown};
use super::timeline::{LANES, Timeline};
use crate::search::counted;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Returns the page on a case.
pub fn page(case: &Fields) -> String {
    let mut page = Page::default();
    // A random nonce, so that no script in a record can run.
    let nonce = Uuid::new_v4().simple().to_string();
    let nonce = |page: &mut Page, before: &str, after: &str| {
        page.html(before);
        page.html(&nonce);
        page.html(after);
    };
    page.html("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-");
    nonce(&mut page, "", "'; script-src 'nonce-");
    nonce(
        &mut page,
        "",
        "'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
    );
    // A title can't contain elements.
    page.escaped(text(case, "title"), 200);
    nonce(&mut page, "</title>\n<style nonce=\"", "\">\n");
    page.html(STYLE);
    page.html("</style>\n</head>\n<body>\n<a class=\"skip screen\" href=\"#of-targets\">Skip to the targets</a>\n<header>\n<h1>");
    page.text(text(case, "title"));
    page.html("</h1>\n<p class=\"soft\">");
    if !text(case, "case_id").is_empty() {
        page.html("Case ");
        page.text(text(case, "case_id"));
        page.html(". ");
    }
    page.html("Made ");
    page.time(text(case, "created"));
    page.html(" by ");
    page.text(text(case, "made_by"));
    page.html(". All times are in UTC (Z).</p>\n</header>\n<main>\n");
    summary(&mut page, case);
    next(&mut page, case);
    timeline(&mut page, case);
    external_users(&mut page, case);
    targets(&mut page, case);
    sources(&mut page, case);
    nonce(&mut page, "</main>\n<script nonce=\"", "\">\n");
    page.html(SCRIPT);
    page.html("</script>\n</body>\n</html>\n");
    page.0
}

fn summary(page: &mut Page, case: &Fields) {
    page.html("<dl>\n");
    let summary = case.get("summary").and_then(Value::as_object);
    for (name, field) in [
        ("External users", "external_users"),
        ("Their domains", "external_domains"),
        ("Users reached", "users"),
        ("Chats", "chats"),
        ("Accesses", "accesses"),
        ("Removed", "removed"),
        ("Came back", "came_back"),
        ("Open", "open"),
    ] {
        page.html("<div><dt>");
        page.html(name);
        page.html("</dt><dd>");
        page.number(summary.map_or(0, |summary| number(summary, field)));
        page.html("</dd></div>\n");
    }
    page.html("</dl>\n");
}

/// What is open and why, and what to do next.
fn next(page: &mut Page, case: &Fields) {
    page.html("<section>\n<h2>What is open, and what to do next</h2>\n<ol>\n");
    if objects(case, "block").next().is_some() {
        page.html("<li><b>Block the external users first.</b> They can write again, and the chat comes back. There are these ways. Check the values before you use them.\n");
        for way in objects(case, "block") {
            page.html("<p>");
            page.html(match text(way, "way") {
                "User" => "The users. ",
                "Domain" => "The domains. ",
                _ => "In Defender. ",
            });
            page.text(text(way, "condition"));
            page.html("</p>\n");
            page.command(text(way, "command"));
        }
        page.html("</li>\n");
    }
    for open in objects(case, "open") {
        page.html("<li><b>");
        page.number(number(open, "count"));
        page.html(match text(open, "state") {
            "CameBack" => " came back.",
            "Uncertain" => " uncertain.",
            "NotRemoved" => " not removed.",
            "Unresolved" => " unresolved.",
            _ => " not removed yet.",
        });
        page.html("</b> ");
        page.text(text(open, "reason"));
        page.html(" ");
        page.text(text(open, "next_step"));
        page.html("</li>\n");
    }
    if objects(case, "open").next().is_none() {
        page.html("<li>Nothing is open. Search again later: an external user who is not blocked can write again.</li>\n");
    }
    page.html("</ol>\n</section>\n");
}

fn timeline(page: &mut Page, case: &Fields) {
    let Some(timeline) = Timeline::of(objects(case, "accesses")) else {
        return;
    };
    page.html("<section>\n<h2>When</h2>\n");
    for (name, lane) in LANES.iter().zip(&timeline.lanes) {
        let most = lane.iter().copied().max().unwrap_or(0);
        if most == 0 {
            continue;
        }
        let label = format!(
            "{name}: {} in all, at most {most} per {}",
            lane.iter().sum::<u64>(),
            timeline.step()
        );
        page.html(&format!(
            "<p>{label}</p>\n<svg viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{label}\"{}>\n",
            lane.len(),
            if *name == LANES[2] { " class=\"removed\"" } else { "" },
        ));
        for (at, count) in lane.iter().enumerate().filter(|(_, count)| **count > 0) {
            // In whole percent, at least two so that one chat stays visible.
            let height = (count * 100 / most).max(2);
            page.html(&format!(
                "<rect x=\"{at}.05\" y=\"{}\" width=\".9\" height=\"{height}\"><title>{}: {count}</title></rect>\n",
                100 - height,
                shown(timeline.at(at)),
            ));
        }
        page.html("</svg>\n");
    }
    page.html(&format!(
        "<p class=\"ends soft\"><span>{}</span><span>{}</span></p>\n</section>\n",
        shown(timeline.first),
        shown(timeline.last)
    ));
}

/// Starts a section with a table in a region that scrolls.
fn table(page: &mut Page, id: &str, title: &str, more: &str, columns: &[&str]) {
    page.html("<section>\n<h2 id=\"of-");
    page.html(id);
    page.html("\">");
    page.html(title);
    page.html("</h2>\n");
    page.html(more);
    page.html("<div class=\"scroll\" id=\"");
    page.html(id);
    page.html("\" role=\"region\" aria-labelledby=\"of-");
    page.html(id);
    page.html("\" tabindex=\"0\">\n<table>\n<thead><tr>");
    for column in columns {
        page.html("<th scope=\"col\">");
        page.html(column);
        page.html("</th>");
    }
    page.html("</tr></thead>\n<tbody>\n");
}

const END: &str = "</tbody>\n</table>\n</div>\n</section>\n";

/// Writes the times of the first and the last record.
fn seen(page: &mut Page, of: &Fields) {
    page.time(text(of, "first_seen"));
    if text(of, "first_seen") != text(of, "last_seen") {
        page.html("<br>to ");
        page.time(text(of, "last_seen"));
    }
}

/// Writes which records are the first and the last.
fn records(page: &mut Page, of: &Fields) {
    let [first, last] = [text(of, "first_record"), text(of, "last_record")];
    if first.is_empty() {
        return;
    }
    page.html("<br><small>");
    page.text(first);
    if last != first {
        page.html(" to ");
        page.text(last);
    }
    page.html("</small>");
}

fn external_users(page: &mut Page, case: &Fields) {
    let columns = [
        "External user",
        "Shown as",
        "Reached",
        "First and last record",
        "Users reached",
    ];
    table(page, "external-users", "Who reached whom", "", &columns);
    for one in objects(case, "external_users") {
        page.html("<tr><td>");
        page.text(text(one, "name"));
        page.html("</td><td>");
        page.list(list(one, "display_names"), 5);
        page.html("</td><td>");
        page.html(&counted(list(one, "users").count() as u64, "user"));
        page.html("<br>");
        page.html(&counted(number(one, "chats"), "chat"));
        if number(one, "open") > 0 {
            page.html("<br><b class=\"bad\">");
            page.number(number(one, "open"));
            page.html(" open</b>");
        }
        page.html("</td><td>");
        seen(page, one);
        records(page, one);
        page.html("</td><td>");
        page.list(list(one, "users"), 5);
        page.html("</td></tr>\n");
    }
    page.html(END);
}

const FILTER: &str = "<div class=\"screen\" id=\"controls\" hidden><label>Show rows that contain these words <input id=\"filter\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"></label> <label><input id=\"whole\" type=\"checkbox\"> Show whole ids</label></div>\n<p id=\"filter-status\" class=\"soft\" role=\"status\"></p>\n";

fn targets(page: &mut Page, case: &Fields) {
    let columns = [
        "User",
        "External users",
        "Chat",
        "First and last record",
        "Removal",
    ];
    table(page, "targets", "Targets and removals", FILTER, &columns);
    for access in objects(case, "accesses") {
        page.html("<tr><td>");
        let name = user(access);
        page.text(if name.is_empty() { "unknown" } else { name });
        let id = text(access, "user_id");
        if !id.is_empty() && id != name {
            page.html("<br>");
            page.id(id);
        }
        page.html("</td><td>");
        page.list(external(access).iter().map(String::as_str), 5);
        if list(access, "external_names").next().is_some() {
            page.html("<br><small>shown as ");
            page.list(list(access, "external_names"), 3);
            page.html("</small>");
        }
        page.html("</td><td>");
        page.text(text(access, "chat_type"));
        page.html("<br>");
        page.id(text(access, "thread_id"));
        page.html("</td><td>");
        if access.get("is_target") == Some(&Value::Bool(true)) {
            seen(page, access);
            page.html("<br><small>");
            page.html(&counted(number(access, "events"), "record"));
            page.html(": ");
            for (at, operation) in list(access, "operations").take(10).enumerate() {
                page.html(if at == 0 { "" } else { ", " });
                page.text(operation);
            }
            page.html("</small>");
            records(page, access);
        } else {
            page.html("not searched");
        }
        page.html("</td><td>");
        removals(page, access);
        page.html("</td></tr>\n");
    }
    page.html(END);
}

/// Writes how an access ended, and each of its removals.
fn removals(page: &mut Page, access: &Fields) {
    let state = match text(access, "state") {
        "Removed" => "Removed",
        "CameBack" => "Came back",
        "Uncertain" => "Uncertain",
        "NotRemoved" => "Not removed",
        "Unresolved" => "Unresolved",
        _ => "Not removed yet",
    };
    page.html(if state == "Removed" {
        "<b class=\"good\">"
    } else {
        "<b class=\"bad\">"
    });
    page.html(state);
    page.html("</b>");
    let returned = number(access, "times_returned");
    if returned > 0 {
        page.html(" (came back ");
        page.html(&counted(returned, "time"));
        page.html(")");
    }
    page.html(". ");
    if !text(access, "state_reason").is_empty() {
        page.text(text(access, "state_reason"));
    }
    for removal in objects(access, "removals") {
        page.html("<div>");
        page.text(text(removal, "status"));
        // A removal that was refused has no time.
        if !text(removal, "at").is_empty() {
            page.html(" ");
            page.time(text(removal, "at"));
        }
        for (label, field) in [
            (" by ", "account"),
            ("<br>request ", "request_id"),
            ("<br>client ", "client_request_id"),
            ("<br>", "record"),
        ] {
            let value = text(removal, field);
            if value.is_empty() {
                continue;
            }
            page.html(label);
            if field.ends_with("_id") {
                page.id(value);
            } else {
                page.text(value);
            }
        }
        page.html("</div>");
    }
}

fn sources(page: &mut Page, case: &Fields) {
    let columns = ["Source", "Records", "Complete", "SHA-256"];
    table(page, "sources", "Sources", "", &columns);
    for source in objects(case, "sources") {
        page.html("<tr><td>");
        page.text(text(source, "name"));
        page.html("</td><td>");
        match source.get("records") {
            Some(records) => page.number(records),
            None => page.html("unknown"),
        }
        page.html("</td><td>");
        if list(source, "problems").next().is_some() {
            page.list(list(source, "problems"), 20);
        } else if source.contains_key("records") {
            page.html("yes");
        } else {
            page.html("unknown");
        }
        page.html("</td><td>");
        match text(source, "sha256") {
            "" => page.html("none"),
            hash => {
                page.html("<code class=\"whole\">");
                page.escaped(hash, 100);
                page.html("</code>");
            }
        }
        page.html("</td></tr>\n");
    }
    page.html("</tbody>\n</table>\n</div>\n");
    if list(case, "incomplete").next().is_some() {
        page.html("<p class=\"bad\">What the search could not use or left out:</p>\n<ul>\n");
        for what in list(case, "incomplete").take(100) {
            page.html("<li>");
            page.text(what);
            page.html("</li>\n");
        }
        page.html("</ul>\n");
    }
    page.html("</section>\n");
}
