//! The report in headless Chromium.
//!
//! Without Chromium (set CHROMIUM to its path), these tests pass and report that they did not run.
//! The accessibility test also needs the npm package `axe-core` (set AXE_CORE to its `axe.min.js`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chat_access::report::{Case, page};
use chat_access::search::{ChatKind, Findings, FoundBy, Target};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use stage::not_run;

const HOSTILE: &str = "</title></script><script>console.error('ran')</script><img src=x onerror=console.error('ran')>\"'&\u{202E}";

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["chromium", "chromium-browser", "google-chrome"];
    let found = named
        .into_iter()
        .chain(usual.map(PathBuf::from))
        .find(|path| {
            Command::new(path)
                .arg("--version")
                .output()
                .is_ok_and(|output| output.status.success())
        });
    if found.is_none() {
        not_run("the report in a browser", "there is no Chromium");
    }
    found
}

fn axe() -> Option<String> {
    let path = std::env::var_os("AXE_CORE").map(PathBuf::from).or_else(|| {
        let output = Command::new("npm").args(["root", "-g"]).output().ok()?;
        let root = String::from_utf8(output.stdout).ok()?;
        Some(Path::new(root.trim()).join("axe-core/axe.min.js"))
    });
    let script = path.and_then(|path| fs::read_to_string(path).ok());
    if script.is_none() {
        not_run("the report's accessibility", "there is no axe-core");
    }
    script
}

fn report_page(findings: &Findings, now: Timestamp) -> String {
    let case = Case::of(findings).unwrap();
    page(&case.finish("A title", "CASE-1", now))
}

fn targets(count: u32, name: &str) -> Findings {
    let target = |number: u32| Target {
        tenant_id: Some(Uuid::from_u128(1)),
        user_id: Some(Uuid::from_u128(u128::from(number))),
        thread_id: format!("19:{number:032x}@thread.v2"),
        user_principal_name: Some(format!("user{number}@contoso.com")),
        chat_type: ChatKind::Group,
        external: true,
        external_tenants: [].into(),
        external_domains: ["evil.example".into()].into(),
        external_users: [format!("{name}{}@evil.example", number % 50)].into(),
        external_names: [].into(),
        operations: ["ChatCreated".into(), "MessageSent".into()].into(),
        first_seen: Timestamp::from_second(1_780_000_000 + i64::from(number) * 5_000).ok(),
        last_seen: Timestamp::from_second(1_790_000_000).ok(),
        events: u64::from(number),
        first_record: None,
        last_record: None,
        sources: Vec::new(),
        found_by: Some(FoundBy::UserKey),
        unresolved: None,
    };
    Findings {
        targets: (1..=count).map(target).collect(),
        ..Findings::default()
    }
}

/// Opens a page and returns the resulting document and the console messages.
fn open(chromium: &Path, page: &str, more: &[&str]) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    fs::write(&path, page).unwrap();
    let output = Command::new(chromium)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ])
        .args([
            "--disable-background-networking",
            "--enable-logging=stderr",
            "--dump-dom",
        ])
        .args(["--virtual-time-budget=10000", "--timeout=60000"])
        .arg(format!(
            "--user-data-dir={}",
            folder.path().join("profile").display()
        ))
        .args(more)
        .arg(format!("file://{}", path.display()))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let console = String::from_utf8_lossy(&output.stderr)
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .map(str::to_string)
        .collect();
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        console,
    )
}

/// Adds a script to the page and removes the policy, which would block it.
fn with_script(page: &str, script: &str) -> String {
    let start = page.find("<meta http-equiv").expect("the policy");
    let end = start + page[start..].find('>').expect("its end") + 1;
    let open = format!("{}{}", &page[..start], &page[end..]);
    open.replace("</body>", &format!("<script>{script}</script></body>"))
}

#[test]
fn hostile_names_run_nothing_and_cause_no_console_message() {
    let Some(chromium) = chromium() else {
        return;
    };
    let page = report_page(&targets(20, HOSTILE), Timestamp::UNIX_EPOCH);
    let (document, console) = open(&chromium, &page, &[]);
    // A request that the page's policy blocks would appear in the console too.
    assert_eq!(console, Vec::<String>::new());
    assert!(
        document.contains("console.error('ran')&lt;/script&gt;"),
        "{document}"
    );
    assert_eq!(document.matches("<img").count(), 0);
}

#[test]
fn the_filter_shows_the_matching_rows() {
    let Some(chromium) = chromium() else {
        return;
    };
    let page = report_page(&targets(30, "eve"), Timestamp::UNIX_EPOCH);
    let script = "{ const box = document.getElementById('filter'); box.value = 'USER7@ group'; \
                  box.dispatchEvent(new Event('input')); }";
    let (document, console) = open(&chromium, &with_script(&page, script), &[]);
    assert_eq!(console, Vec::<String>::new());
    assert!(
        document.contains("1 of 30 rows contain user7@ group"),
        "{document}"
    );
}

#[test]
fn without_its_script_there_is_no_filter() {
    let Some(chromium) = chromium() else {
        return;
    };
    let page = report_page(&targets(3, "eve"), Timestamp::UNIX_EPOCH);
    let shows = "document.getElementById('controls').hidden = false;";
    assert!(page.contains(shows));
    let script = "document.body.textContent = 'height ' + document.getElementById('controls').offsetHeight + ' end';";
    let page = with_script(&page.replace(shows, ""), script);
    let (document, _) = open(&chromium, &page, &[]);
    assert!(document.contains("height 0 end"), "{document}");
}

#[test]
fn the_skip_link_leads_to_the_filter() {
    let Some(chromium) = chromium() else {
        return;
    };
    let page = report_page(&targets(3, "eve"), Timestamp::UNIX_EPOCH);
    let script = "{ const to = document.querySelector(document.querySelector('.skip').hash); \
                  const after = to.compareDocumentPosition(document.getElementById('filter')); \
                  document.body.textContent = 'after ' + (after === Node.DOCUMENT_POSITION_FOLLOWING) + ' end'; }";
    let (document, _) = open(&chromium, &with_script(&page, script), &[]);
    assert!(document.contains("after true end"), "{document}");
}

/// Targets with names of the maximum length.
fn long_names(count: u32) -> Findings {
    let mut findings = targets(count, "helpdesk.support_fabrikam-it-services.example#EXT#");
    for target in findings.targets.iter_mut().step_by(10) {
        target.user_principal_name = Some("a".repeat(300));
    }
    findings
}

/// A case with every state of an access, removals by an account, and a chat that came back.
fn case(count: u32) -> Case {
    let mut case = Case::of(&long_names(count)).unwrap();
    let mut outcomes = Vec::new();
    for number in 1..=count {
        let status = ["Removed", "Denied", "Uncertain"][number as usize % 3];
        for again in 0..=number % 2 {
            outcomes.push(json!({
                "tenant_id": Uuid::from_u128(1), "user_id": Uuid::from_u128(number.into()),
                "thread_id": format!("19:{number:032x}@thread.v2"), "status": status,
                "message": "The permission is missing.", "next_step": "Ask an administrator.",
                "request_id": Uuid::from_u128((number + again).into()),
                "client_request_id": Uuid::from_u128((1000 + number + again).into()),
                "account": "security.administrator@contoso.com",
                "completed": format!("2026-11-2{}T10:00:0{again}Z", number % 9),
            }));
        }
    }
    case.add(&json!(outcomes).to_string()).unwrap();
    case
}

/// Returns the width of the narrowest cell of the tables and of the whole page, in a frame of this
/// width. A window of Chromium can't be as narrow as a phone.
fn widths(chromium: &Path, page: &str, width: u32) -> (u32, u32) {
    let script = format!(
        "const copy = document.documentElement.cloneNode(true); \
         copy.querySelectorAll('script').forEach(script => script.remove()); \
         const frame = document.createElement('iframe'); frame.width = {width}; frame.frameBorder = 0; \
         frame.srcdoc = '<!DOCTYPE html>' + copy.outerHTML; \
         frame.onload = () => {{ const inner = frame.contentDocument; \
           const cells = [...inner.querySelectorAll('td:not(:empty)')].map(cell => cell.offsetWidth); \
           document.body.textContent = 'width ' + Math.min(...cells) + ' ' + inner.documentElement.scrollWidth + ' end'; }}; \
         document.body.append(frame);"
    );
    let (document, console) = open(chromium, &with_script(page, &script), &[]);
    assert_eq!(console, Vec::<String>::new());
    let found = document.split("width ").last().unwrap();
    let mut numbers = found.split(' ').map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn columns_stay_wide_enough_to_read_on_paper_and_on_a_phone() {
    let Some(chromium) = chromium() else {
        return;
    };
    let case = case(40).finish("A title", "CASE-1", Timestamp::UNIX_EPOCH);
    let page = page(&case);
    let paper = page.replace("@media print", "@media all").replace(
        "@media screen and (max-width",
        "@media (min-width: 9999px) and (max-width",
    );
    // Pixels between the margins of A4 paper, and of a screen and a phone.
    for (page, width, least) in [(&paper, 718, 75), (&page, 1280, 100), (&page, 400, 300)] {
        let (narrowest, whole) = widths(&chromium, page, width);
        assert!(
            narrowest >= least && whole <= width,
            "{width}: {narrowest} {whole}"
        );
    }
}

#[test]
fn ids_are_short_on_the_screen_and_whole_when_asked_and_on_paper() {
    let Some(chromium) = chromium() else {
        return;
    };
    let page = report_page(&targets(3, "eve"), Timestamp::UNIX_EPOCH);
    let script = "{ const ids = [...document.querySelectorAll('#targets code')]; \
                  const cut = () => ids.filter(id => id.scrollWidth > id.clientWidth).length; \
                  const before = cut(); document.getElementById('whole').click(); \
                  document.body.textContent = 'cut ' + before + ' ' + cut() + ' ' + ids[0].textContent.length + ' end'; }";
    let (document, _) = open(&chromium, &with_script(&page, script), &[]);
    assert!(document.contains("cut 6 0 36 end"), "{document}");
    let paper = page.replace("@media print", "@media all");
    let (document, _) = open(&chromium, &with_script(&paper, script), &[]);
    assert!(document.contains("cut 0 0 36 end"), "{document}");
}

#[test]
fn print_hides_the_controls_and_names_the_filter() {
    let Some(chromium) = chromium() else {
        return;
    };
    let page = report_page(&targets(30, "eve"), Timestamp::UNIX_EPOCH);
    let script = "{ const box = document.getElementById('filter'); box.value = 'user7@'; \
                  box.dispatchEvent(new Event('input')); setTimeout(() => { \
                  const shown = of => document.querySelector(of).getClientRects().length; \
                  document.body.textContent = 'shown ' + ['.skip', '#controls', '#filter-status', '.scroll', '#targets'].map(shown) + ' end'; \
                  }, 1000); }";
    let page = with_script(&page, script).replace("@media print", "@media all");
    let (document, _) = open(&chromium, &page, &[]);
    assert!(document.contains("shown 0,0,1,1,1 end"), "{document}");
}

#[test]
fn forty_targets_print_on_a_few_pages() {
    let Some(chromium) = chromium() else {
        return;
    };
    let page = page(&case(40).finish("A title", "CASE-1", Timestamp::UNIX_EPOCH));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.pdf");
    let print = format!("--print-to-pdf={}", path.display());
    open(&chromium, &page, &[&print]);
    let printed = fs::read(path).expect("a printed page");
    let pages = String::from_utf8_lossy(&printed)
        .lines()
        .filter(|line| line.ends_with("/Type /Page"))
        .count();
    assert!((2..=20).contains(&pages), "{pages} pages");
}

#[test]
fn a_page_of_five_thousand_targets_opens_with_a_row_for_each() {
    let Some(chromium) = chromium() else {
        return;
    };
    let page = report_page(&targets(5_000, "eve"), Timestamp::UNIX_EPOCH);
    let script = "addEventListener('load', () => { const rows = document.querySelectorAll('#targets tbody tr').length; \
                  document.body.innerHTML = 'rows: ' + rows + ' end'; });";
    let (document, _) = open(&chromium, &with_script(&page, script), &[]);
    assert!(document.contains("rows: 5000 end"), "{document}");
}

#[test]
fn the_page_is_accessible_in_light_and_dark_mode() {
    let (Some(chromium), Some(axe)) = (chromium(), axe()) else {
        return;
    };
    let page = page(&case(20).finish("A title", "CASE-1", Timestamp::UNIX_EPOCH));
    let script = format!(
        "{axe}; axe.run().then(found => document.body.textContent = 'violations: ' + \
         found.violations.map(v => v.id + ' ' + v.nodes.map(n => n.html).join(' ')).join('; ') + ' end');"
    );
    for mode in [
        "--blink-settings=preferredColorScheme=1",
        "--blink-settings=preferredColorScheme=0",
    ] {
        let (document, _) = open(&chromium, &with_script(&page, &script), &[mode]);
        assert!(document.contains("violations:  end"), "{mode}: {document}");
    }
}
