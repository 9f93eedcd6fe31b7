//! The facts in an audit record.

use std::borrow::Cow;

use uuid::Uuid;

use super::domain_tenants::domain_of;
use super::facts::Facts;
use super::person::{KnownId, PersonKey, is_guest};
use super::thread::{guid, kind};
use crate::input::visible;
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
        let id = guid(record.id.get()).unwrap_or_default();
        self.add_domain_tenants(record, id);
        let organization = guid(record.organization_id.get());
        self.homes.extend(organization);
        let Some(thread) = record.chat_thread_id.filled().map(visible) else {
            return;
        };
        let thread = &*thread;
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
        if !is_visible(record) {
            self.left_out.unclean(record.id.get(), thread);
        }
        if let (Some(home), Some(actor)) = (home, &actor)
            && let Some(id) = actor.id
        {
            // An actor of another tenant says nothing about the users of the home tenant.
            if actor.tenant.is_some_and(|tenant| tenant != home) {
                self.actors.add_external(home, id);
            } else if let PersonKey::Name(name) = &actor.key {
                self.actors.add_internal(home, name, id);
            }
        }
        let place = self.place;
        let Some((chat, size)) = self.chat(home, thread, query) else {
            return;
        };
        chat.external |= external == ExternalUsers::Present;
        chat.guests |= guests;
        chat.kind = Some(chat.kind.map_or(kind, |known| known.min(kind)));
        chat.tenants.extend(others);
        for domain in sip_domains(record).filter_map(|(domain, _)| domain) {
            chat.domains.add(&visible(&folded(domain)));
        }
        for member in &record.members.0 {
            if let Some(upn) = member.upn.filled() {
                let Some(person) = chat.person(PersonKey::of_name(upn)) else {
                    break;
                };
                person.add_name(upn);
                let tenant = guid(member.organization_id.get());
                let tenant = tenant.or_else(|| tenant_in(record, upn));
                if tenant.is_none() || tenant != home {
                    person.add_display_name(member.display_name.get());
                }
                person.add_tenant(tenant, home, id);
                person.listed = true;
            }
        }
        if let Some(actor) = actor
            && let Some(person) = chat.person(actor.key)
        {
            if let Some(name) = actor.name {
                person.add_name(name);
            }
            person.add_tenant(actor.tenant, home, id);
            person.ids.extend(actor.id.map(|id| KnownId {
                is_external: actor.tenant.is_some() && actor.tenant != home,
                ..KnownId::new(id, FoundBy::UserKey)
            }));
        }
        let time = read_time(record.creation_time.get());
        let operation = record.operation.get();
        if let Some(filter) = query.excludes_record(operation, time) {
            self.size += chat.size() - size;
            self.left_out.exclude_record(filter, operation, time);
        } else {
            chat.evidence
                .add(operation, time, record.id.get(), origin, place);
            self.size += chat.size() - size;
            self.left_out.untimed += u64::from(time.is_none() && query.has_period());
        }
    }

    /// Adds each domain that the record assigns to a tenant.
    fn add_domain_tenants(&mut self, record: &AuditRecord<'_>, id: Uuid) {
        for (domain, tenant) in sip_domains(record) {
            if let (Some(domain), Some(tenant)) = (domain, tenant) {
                self.domain_tenants.add(domain, tenant, id);
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
                self.domain_tenants.add(&domain, tenant, id);
            }
        }
    }
}

/// Returns whether the record contains no characters that hide or change the text around them.
fn is_visible(record: &AuditRecord<'_>) -> bool {
    let members = record.members.0.iter().map(|member| &member.upn);
    let domains = record.participant_info.iter().flat_map(sip_list);
    members
        .chain(domains.map(|domain| &domain.domain_name))
        .chain([&record.chat_thread_id, &record.user_id, &record.operation])
        .all(|text| matches!(visible(text.get()), Cow::Borrowed(_)))
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
            tenant: guid(record.user_tenant_id.get())
                .or_else(|| tenant_in(record, name.unwrap_or_default())),
        })
    }
}

/// Returns the tenant of a user by the other parts of a record: the member with this name, or else
/// the only tenant of their domain.
fn tenant_in(record: &AuditRecord<'_>, name: &str) -> Option<Uuid> {
    let mut members = record.members.0.iter();
    let member = members.find(|member| member.upn.get().eq_ignore_ascii_case(name));
    if let Some(tenant) = member.and_then(|member| guid(member.organization_id.get())) {
        return Some(tenant);
    }
    let domain = domain_of(name)?;
    let mut tenants = sip_domains(record)
        .filter(|(other, _)| other.is_some_and(|other| other.eq_ignore_ascii_case(&domain)))
        .filter_map(|(_, tenant)| tenant);
    let first = tenants.next()?;
    tenants.all(|tenant| tenant == first).then_some(first)
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
