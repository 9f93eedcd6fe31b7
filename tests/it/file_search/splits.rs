//! The findings do not depend on how the work is split.

use chat_access::search::{Effort, Findings, Query, Target};
use proptest::prelude::*;

use super::support::*;

fn search_split(text: &str, threads: usize, block_size: usize) -> Findings {
    let effort = Effort {
        threads,
        block_size,
    };
    let sources = vec![stream("file", text)];
    chat_access::search::search_sources(effort, sources, &Query::default())
}

/// A row of an export, good or odd.
fn row() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0u32..40).prop_map(|n| purview_row(&external_chat(n))),
        8 => (0u32..40).prop_map(|n| purview_row(&other_record(n))),
        2 => "[ -~]{0,40}".prop_map(|text| format!("{text}\n")),
        1 => "[\",\n\ra{}]{0,24}".prop_map(|text| format!("{text}\n")),
        1 => (0u32..40, "[a\n\"]{0,8}").prop_map(|(n, text)| {
            purview_row(&external_chat(n)).replacen("someone@contoso.com", &quoted(&text), 1)
        }),
        1 => (0u32..40, any::<prop::sample::Index>()).prop_map(|(n, at)| {
            let row = purview_row(&external_chat(n));
            row[..at.index(row.len())].to_string()
        }),
    ]
}

/// A JSON record, good or odd, and what is after it.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0u32..40).prop_map(|n| format!("{},", external_chat(n))),
        4 => (0u32..40).prop_map(|n| format!("{}\n", other_record(n))),
        1 => "[\\[\\]{}\",:\na\\\\]{0,16}",
        1 => (0u32..40, any::<prop::sample::Index>()).prop_map(|(n, at)| {
            let record = external_chat(n);
            format!("{}\n", &record[..at.index(record.len())])
        }),
    ]
}

fn same_for_any_split(text: &str, threads: usize, block_size: usize) -> Result<(), TestCaseError> {
    let whole = search_split(text, 1, 1 << 24);
    let split = search_split(text, threads, block_size);
    prop_assert_eq!(whole.targets, split.targets);
    prop_assert_eq!(whole.damages, split.damages);
    prop_assert_eq!(whole.records, split.records);
    Ok(())
}

/// A record about a chat, with or without external users and the fields that show them.
fn chat() -> impl Strategy<Value = String> {
    let tenant = || prop_oneof![6 => Just(HOME), 1 => Just(AWAY), 1 => Just("")];
    let flag = prop_oneof![3 => Just(",\"HasForeignTenantUsers\":false"), 1 => Just(",\"HasForeignTenantUsers\":true"), 1 => Just("")];
    let domain = || {
        prop_oneof![
            Just("contoso.com"),
            Just("evil.example"),
            Just("other.example")
        ]
    };
    let member = (tenant(), 0u32..3, domain()).prop_map(|(tenant, user, domain)| {
        if tenant.is_empty() {
            format!(r#"{{"UPN":"user{user}@{domain}"}}"#)
        } else {
            format!(r#"{{"OrganizationId":"{tenant}","UPN":"user{user}@{domain}"}}"#)
        }
    });
    (
        prop::collection::vec(member, 0..3),
        flag,
        prop::collection::vec(tenant().prop_map(|tenant| format!("\"{tenant}\"")), 0..3),
        tenant(),
        prop_oneof![Just("UserTenantId"), Just("ResourceTenantId"), Just("Other")],
        (0u32..3, 0u32..3, domain()),
    )
        .prop_map(|(members, flag, tenants, tenant, field, (a, b, domain))| {
            format!(
                r#"{{"Id":"{a}{b}","Operation":"MessageSent","OrganizationId":"{HOME}","UserId":"user{a}@{domain}","UserKey":"{}","ChatThreadId":"19:{}_{}@unq.gbl.spaces","Members":[{}],"ParticipantInfo":{{"HasGuestUsers":false{flag},"ParticipatingTenantIds":[{}]}},"{field}":"{tenant}"}}"#,
                user(a),
                user(a),
                user(b),
                members.join(","),
                tenants.join(",")
            )
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn csv_is_the_same_for_any_threads_and_blocks(
        rows in prop::collection::vec(row(), 0..40),
        threads in 1usize..5,
        block_size in 1usize..6000,
    ) {
        same_for_any_split(&format!("{PURVIEW_HEADER}{}", rows.concat()), threads, block_size)?;
    }

    #[test]
    fn json_is_the_same_for_any_threads_and_blocks(
        pieces in prop::collection::vec(piece(), 0..40),
        list in any::<bool>(),
        threads in 1usize..5,
        block_size in 1usize..6000,
    ) {
        let open = if list { "[" } else { "" };
        let text = format!("{open}{}\n{}", external_chat(50), pieces.concat());
        same_for_any_split(&text, threads, block_size)?;
    }

    #[test]
    fn a_row_has_the_same_targets_as_the_json_in_it(chats in prop::collection::vec(chat(), 1..6)) {
        let csv = search_split(&purview(&chats), 1, 1 << 20);
        let lines = search_split(&chats.join("\n"), 1, 1 << 20);
        // The header is a row.
        let without_rows = |found: Findings| -> Vec<Target> {
            let targets = found.targets.into_iter();
            targets.map(|target| Target { first_record: None, last_record: None, ..target }).collect()
        };
        prop_assert_eq!(without_rows(csv), without_rows(lines));
    }
}
