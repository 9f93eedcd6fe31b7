//! The facts in an audit record.

use uuid::Uuid;

use super::domain_tenants::domain_of;
use super::facts::Facts;
use super::person::{PersonKey, is_guest};
use super::thread::{guid, kind};
use crate::search::query::{Query, folded};
use crate::search::record::{AuditRecord, Origin, ParticipantInfo, SipDomain, read_time};
use crate::search::target::FoundBy;

/// Whether external users take part, by one record alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ExternalUsers {
    Present,
    Absent,
    /// The record contains neither the flag nor the tenants: other records decide.
    Unknown,
}

impl Facts {
    /// Adds an audit record.
    pub(super) fn add_audit(&mut self, record: &AuditRecord<'_>, origin: Origin, query: &Query) {
        self.add_domain_tenants(record);
        let organization = guid(record.organization_id.get());
        self.homes.extend(organization);
        let Some(thread) = record.chat_thread_id.filled() else {
            return;
        };
        let Some(kind) = kind(thread, record.communication_type.get()) else {
            self.left_out.channels += 1;
            return;
        };
        if self.excludes_thread(thread, query) {
            return;
        }
        let home = organization.or(query.tenant);
        let others = other_tenants(record, home);
        let external = external_users(record, home, &others);
        let guests = has_guests(record);
        if external == ExternalUsers::Absent && !query.include_internal {
            self.left_out.internal += 1;
            if guests {
                self.left_out.guests.add(thread);
            }
            return;
        }
        let actor = Actor::of(record);
        if let (Some(home), Some(actor)) = (home, &actor)
            && let (PersonKey::Name(name), Some(id)) = (&actor.key, actor.id)
        {
            self.actors
                .entry((home, name.clone()))
                .or_default()
                .insert(id);
        }
        let chat = self.chats.entry((home, thread.into())).or_default();
        chat.external |= external == ExternalUsers::Present;
        chat.guests |= guests;
        chat.kind = Some(chat.kind.map_or(kind, |known| known.min(kind)));
        chat.tenants.extend(others);
        for domain in sip_domains(record).filter_map(|(domain, _)| domain) {
            chat.domains.add(&folded(domain));
        }
        for member in &record.members.0 {
            if let Some(upn) = member.upn.filled() {
                let person = chat.person(PersonKey::of_name(upn));
                person.add_name(upn);
                person.tenants.extend(guid(member.organization_id.get()));
                person.listed = true;
            }
        }
        if let Some(actor) = actor {
            let person = chat.person(actor.key);
            if let Some(name) = actor.name {
                person.add_name(name);
            }
            person.tenants.extend(actor.tenant);
            person.ids.extend(actor.id.map(|id| (id, FoundBy::UserKey)));
        }
        let time = read_time(record.creation_time.get());
        let operation = record.operation.get();
        if let Some(filter) = query.excludes_record(operation, time) {
            self.left_out.exclude_record(filter, operation, time);
        } else {
            self.left_out.untimed += u64::from(time.is_none() && query.has_period());
            chat.evidence.add(operation, time, record.id.get(), origin);
        }
    }

    /// Adds each domain that the record assigns to a tenant.
    fn add_domain_tenants(&mut self, record: &AuditRecord<'_>) {
        for (domain, tenant) in sip_domains(record) {
            if let (Some(domain), Some(tenant)) = (domain, tenant) {
                self.domain_tenants.add(domain, tenant);
            }
        }
        let named = record
            .members
            .0
            .iter()
            .map(|member| (member.upn.get(), member.organization_id.get()))
            .chain([(record.user_id.get(), record.user_tenant_id.get())]);
        for (name, tenant) in named {
            if let (Some(domain), Some(tenant)) = (domain_of(name), guid(tenant)) {
                self.domain_tenants.add(&domain, tenant);
            }
        }
    }
}

/// The actor of an audit record.
struct Actor<'a> {
    key: PersonKey,
    name: Option<&'a str>,
    id: Option<Uuid>,
    tenant: Option<Uuid>,
}

impl<'a> Actor<'a> {
    /// Returns the actor if it is a person: not an application, the system or a policy.
    fn of(record: &'a AuditRecord<'_>) -> Option<Self> {
        let user_type = record.user_type.get();
        let person = matches!(user_type, "" | "0" | "2" | "3" | "10")
            || ["Regular", "Admin", "DcAdmin", "Guest"]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(user_type));
        if !person {
            return None;
        }
        let name = record.user_id.filled();
        let id = guid(record.user_key.get());
        let key = match (name, id) {
            (Some(name), _) => match guid(name) {
                Some(id) => PersonKey::Id(id),
                None => PersonKey::of_name(name),
            },
            (None, Some(id)) => PersonKey::Id(id),
            (None, None) => return None,
        };
        Some(Self {
            name: name.filter(|_| matches!(key, PersonKey::Name(_))),
            key,
            id,
            tenant: guid(record.user_tenant_id.get()),
        })
    }
}

fn sip_domains<'a>(
    record: &'a AuditRecord<'_>,
) -> impl Iterator<Item = (Option<&'a str>, Option<Uuid>)> {
    let domains = record.participant_info.iter().flat_map(sip_list);
    domains.map(|domain| (domain.domain_name.filled(), guid(domain.tenant_id.get())))
}

fn sip_list<'a, 'r>(info: &'a ParticipantInfo<'r>) -> &'a [SipDomain<'r>] {
    &info.participating_sip_domains.0
}

/// Returns the tenants in a record other than the home tenant, sorted.
fn other_tenants(record: &AuditRecord<'_>, home: Option<Uuid>) -> Vec<Uuid> {
    let Some(home) = home else {
        return Vec::new();
    };
    let info = record.participant_info.as_ref();
    let participating = info
        .into_iter()
        .flat_map(|info| &info.participating_tenant_ids.0);
    let mut tenants: Vec<Uuid> = participating
        .map(|tenant| guid(tenant.get()))
        .chain(sip_domains(record).map(|(_, tenant)| tenant))
        .chain(
            record
                .members
                .0
                .iter()
                .map(|member| guid(member.organization_id.get())),
        )
        .chain([
            guid(record.user_tenant_id.get()),
            guid(record.resource_tenant_id.get()),
        ])
        .flatten()
        .filter(|tenant| *tenant != home)
        .collect();
    tenants.sort_unstable();
    tenants.dedup();
    tenants
}

/// Returns whether guests of the home tenant or people without an account take part.
fn has_guests(record: &AuditRecord<'_>) -> bool {
    let flagged = record.participant_info.as_ref().is_some_and(|info| {
        info.has_guest_users.is_true()
            || info.has_other_guest_users.is_true()
            || info.has_unauthenticated_users.is_true()
    });
    let mut members = record.members.0.iter();
    flagged || members.any(|member| is_guest(member.upn.get())) || is_guest(record.user_id.get())
}

fn external_users(record: &AuditRecord<'_>, home: Option<Uuid>, others: &[Uuid]) -> ExternalUsers {
    let flag = record
        .participant_info
        .as_ref()
        .and_then(|info| info.has_foreign_tenant_users.0);
    if flag == Some(true) || !others.is_empty() {
        return ExternalUsers::Present;
    }
    let all_internal = home.is_some()
        && record
            .members
            .0
            .iter()
            .all(|member| guid(member.organization_id.get()) == home);
    if flag == Some(false) && all_internal {
        ExternalUsers::Absent
    } else {
        ExternalUsers::Unknown
    }
}
