//! What the records say, before anything is decided.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use uuid::Uuid;

use super::chat::Chat;
use super::domain_tenants::{DomainTenants, domain_of};
use super::person::{Person, PersonKey};
use super::thread::{guid, kind};
use crate::search::query::{Query, folded};
use crate::search::record::{
    AuditRecord, GraphChat, ListOwner, MessageEvent, Origin, ParticipantInfo, Recipient, Record,
    read_time,
};
use crate::search::target::FoundBy;

/// The records' facts, in an order that does not depend on the records'.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// By home tenant, where the record names it, and chat.
    pub(super) chats: HashMap<(Option<Uuid>, Box<str>), Chat>,
    pub(super) domain_tenants: DomainTenants,
    /// The UserKeys of actors, by home tenant and name.
    pub(super) actors: HashMap<(Uuid, Box<str>), BTreeSet<Uuid>>,
    /// Tenants whose audit log was read.
    pub(super) homes: BTreeSet<Uuid>,
    latest: Latest,
    /// Records that count only because their time is unknown.
    pub(crate) untimed: u64,
}

/// What stands for an operation where a chat is in a list.
const LISTED: &str = "Chats";

/// What the latest record about a chat of colleagues said. Nearly all of them say the same, and reading it again
/// costs more than finding the record.
#[derive(Debug, Default)]
struct Latest {
    /// The home tenant, as it is written.
    tenant: String,
    home: Uuid,
    /// The domains that are tied to it already, as they are written.
    domains: Vec<Box<str>>,
}

/// More domains than this are not remembered: a look at each would cost more.
const DOMAINS: usize = 8;

/// What a record says by itself about external users.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ExternalUsers {
    Present,
    Absent,
    /// It has neither the flag nor the tenants: other records decide.
    Unknown,
}

impl Facts {
    /// Takes a record. What has nothing to do with a chat leaves no trace.
    pub(crate) fn add(&mut self, record: &Record<'_>, query: &Query) {
        match record {
            Record::Audit(record, origin) => self.add_audit(record, *origin, query),
            Record::Message(event, recipients) => self.add_message(event, recipients, query),
        }
    }

    /// Takes over what another thread found.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, chat) in other.chats {
            self.chats.entry(key).or_default().merge(chat);
        }
        self.domain_tenants.merge(other.domain_tenants);
        for (name, keys) in other.actors {
            self.actors.entry(name).or_default().extend(keys);
        }
        self.homes.extend(other.homes);
        self.untimed += other.untimed;
    }

    /// Takes what a record about a chat of colleagues says: whose domain is whose. Returns `false`, and
    /// takes nothing, where their tenant is no GUID.
    pub(crate) fn add_colleagues(&mut self, tenant: &str, names: &[&str]) -> bool {
        if self.latest.tenant != tenant {
            let Some(home) = guid(tenant) else {
                return false;
            };
            self.homes.insert(home);
            self.latest = Latest {
                tenant: tenant.into(),
                home,
                domains: Vec::new(),
            };
        }
        let Latest { home, domains, .. } = &mut self.latest;
        for name in names {
            let written = name.rsplit('@').next().unwrap_or_default();
            if domains.iter().any(|known| **known == *written) {
                continue;
            }
            if let Some(domain) = domain_of(name) {
                self.domain_tenants.add(&domain, *home);
                if domains.len() < DOMAINS {
                    domains.push(written.into());
                }
            }
        }
        true
    }

    fn add_audit(&mut self, record: &AuditRecord<'_>, origin: Origin, query: &Query) {
        self.tie(record);
        let said = guid(record.organization_id.get());
        self.homes.extend(said);
        let Some(thread) = record.chat_thread_id.filled() else {
            return;
        };
        let Some(kind) = kind(thread, record.communication_type.get()) else {
            return;
        };
        let home = said.or(query.tenant);
        let others = other_tenants(record, home);
        let external = external_users(record, home, &others);
        if (external == ExternalUsers::Absent && !query.include_internal)
            || !query.matches_thread(thread)
        {
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
        chat.kind = Some(chat.kind.map_or(kind, |known| known.min(kind)));
        chat.tenants.extend(others);
        for domain in sip_domains(record).filter_map(|(domain, _)| domain) {
            chat.domains.add(&folded(domain));
        }
        for member in &record.members.0 {
            if let Some(upn) = member.upn.filled() {
                let person = chat.person(name_key(upn));
                person.named(upn);
                person.tenants.extend(guid(member.organization_id.get()));
                person.listed = true;
            }
        }
        if let Some(actor) = actor {
            let person = chat.person(actor.key);
            if let Some(name) = actor.name {
                person.named(name);
            }
            person.tenants.extend(actor.tenant);
            person.ids.extend(actor.id.map(|id| (id, FoundBy::UserKey)));
        }
        let time = read_time(record.creation_time.get());
        let operation = record.operation.get();
        if query.matches_record(operation, time) {
            self.untimed += u64::from(time.is_none() && query.has_period());
            chat.seen.add(operation, time, record.id.get(), origin);
        }
    }

    /// Takes a chat of the list of `owner`, who is of the home tenant. An address is not a user principal name, so
    /// it ties no domain to a tenant. The ids in a chat of colleagues are kept too: another source may know of an
    /// external user in it.
    pub(crate) fn add_chat(&mut self, listed: &GraphChat, owner: &ListOwner, query: &Query) {
        let given = |text: &Option<String>| guid(text.as_deref().unwrap_or_default());
        let (thread, called) = (listed.id.trim(), listed.chat_type.as_deref());
        let (Some(home), Some(kind)) = (query.tenant, kind(thread, called.unwrap_or_default()))
        else {
            return;
        };
        if !query.matches_thread(thread) {
            return;
        }
        let external = listed.is_external(home);
        let chat = self.chats.entry((Some(home), thread.into())).or_default();
        chat.external |= external;
        chat.kind = Some(chat.kind.map_or(kind, |known| known.min(kind)));
        chat.tenants.extend(listed.other_tenants(home));
        for member in listed.members() {
            let id = given(&member.user_id);
            let tenant = given(&member.tenant_id);
            let address = member.email.as_deref().map(str::trim);
            // An external user may have any address, one of the home tenant's users too.
            let address =
                address.filter(|text| !text.is_empty() && (tenant == Some(home) || id.is_none()));
            if let Some(person) = addressee(chat, address, id, FoundBy::ChatMember) {
                person.tenants.extend(tenant);
                person.listed = true;
                person.outside |= member.is_without_tenant();
                if let Some(address) = &member.email {
                    person.addressed(address.trim());
                }
            }
        }
        let key = match (&owner.name, owner.id) {
            (Some(name), _) => name_key(name),
            (None, Some(id)) => PersonKey::Id(id),
            (None, None) => return,
        };
        let person = chat.person(key);
        if let Some(name) = &owner.name {
            person.named(name);
        }
        person.tenants.insert(home);
        person
            .ids
            .extend(owner.id.map(|id| (id, FoundBy::ChatMember)));
        // Without an id it may be one of the members by another name.
        person.listed |= owner.id.is_some();
        let began = read_time(listed.created_date_time.as_deref().unwrap_or_default());
        if (external || query.include_internal)
            && query.matches_period(LISTED, began, Some(Timestamp::MAX))
        {
            chat.seen.add(LISTED, None, thread, Origin::Chats);
            chat.seen.widen(began, None);
        }
    }

    /// What ties a domain to a tenant, in any record.
    fn tie(&mut self, record: &AuditRecord<'_>) {
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

    fn add_message(
        &mut self,
        event: &MessageEvent<'_>,
        recipients: &[Recipient<'_>],
        query: &Query,
    ) {
        let Some(thread) = event.thread_id.filled() else {
            return;
        };
        // Chats of two are called "chat" here, as groups are: their id tells.
        let Some(kind) = kind(thread, event.thread_type.get()) else {
            return;
        };
        let internal = event.is_external_thread.0 == Some(false);
        if (internal && !query.include_internal) || !query.matches_thread(thread) {
            return;
        }
        let chat = self.chats.entry((query.tenant, thread.into())).or_default();
        chat.external |= event.is_external_thread.is_true();
        chat.kind = Some(chat.kind.map_or(kind, |known| known.min(kind)));
        let sender = (
            event.sender_email_address.filled(),
            guid(event.sender_object_id.get()),
            FoundBy::SenderObjectId,
        );
        let recipients = recipients.iter().map(|recipient| {
            (
                recipient.recipient_smtp_address.filled(),
                guid(recipient.recipient_object_id.get()),
                FoundBy::RecipientObjectId,
            )
        });
        for (address, id, found_by) in recipients.chain([sender]) {
            if let Some(person) = addressee(chat, address, id, found_by) {
                person.listed |= found_by == FoundBy::RecipientObjectId;
            }
        }
        let time = read_time(event.time());
        // Its own name says more than "message" would: what it covers is not what the audit log covers.
        let operation = "MessageEvents";
        if query.matches_record(operation, time) {
            self.untimed += u64::from(time.is_none() && query.has_period());
            chat.seen.add(
                operation,
                time,
                event.teams_message_id.get(),
                Origin::MessageEvents,
            );
        }
    }
}

/// Who acted.
struct Actor<'a> {
    key: PersonKey,
    name: Option<&'a str>,
    id: Option<Uuid>,
    tenant: Option<Uuid>,
}

impl<'a> Actor<'a> {
    /// The actor, where it is a person: not an application, the system or a policy.
    fn of(record: &'a AuditRecord<'_>) -> Option<Self> {
        let kind = record.user_type.get();
        let person = matches!(kind, "" | "0" | "2" | "3" | "10")
            || ["Regular", "Admin", "DcAdmin", "Guest"]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(kind));
        if !person {
            return None;
        }
        let name = record.user_id.filled();
        let id = guid(record.user_key.get());
        let key = match (name, id) {
            (Some(name), _) => match guid(name) {
                Some(id) => PersonKey::Id(id),
                None => name_key(name),
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

/// Somebody in a chat whom a source knows by address or id.
fn addressee<'c>(
    chat: &'c mut Chat,
    address: Option<&str>,
    id: Option<Uuid>,
    found_by: FoundBy,
) -> Option<&'c mut Person> {
    let person = chat.person(match address {
        Some(address) => name_key(address),
        None => PersonKey::Id(id?),
    });
    if let Some(address) = address {
        person.addressed(address);
    }
    person.ids.extend(id.map(|id| (id, found_by)));
    Some(person)
}

fn name_key(name: &str) -> PersonKey {
    PersonKey::Name(folded(name).into())
}

fn sip_domains<'a>(
    record: &'a AuditRecord<'_>,
) -> impl Iterator<Item = (Option<&'a str>, Option<Uuid>)> {
    let domains = record.participant_info.iter().flat_map(sip_list);
    domains.map(|domain| (domain.domain_name.filled(), guid(domain.tenant_id.get())))
}

fn sip_list<'a, 'r>(info: &'a ParticipantInfo<'r>) -> &'a [crate::search::record::SipDomain<'r>] {
    &info.participating_sip_domains.0
}

/// The tenants in a record other than the own one.
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

fn external_users(record: &AuditRecord<'_>, home: Option<Uuid>, others: &[Uuid]) -> ExternalUsers {
    let flag = record
        .participant_info
        .as_ref()
        .and_then(|info| info.has_foreign_tenant_users.0);
    if flag == Some(true) || !others.is_empty() {
        return ExternalUsers::Present;
    }
    let all_at_home = home.is_some()
        && record
            .members
            .0
            .iter()
            .all(|member| guid(member.organization_id.get()) == home);
    if flag == Some(false) && all_at_home {
        ExternalUsers::Absent
    } else {
        ExternalUsers::Unknown
    }
}
