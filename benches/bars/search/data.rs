//! A generated audit export of any size, and the targets that a search must find in it.
//!
//! The rows have the fields, the order and about the sizes of real ones: mail, files, sign-ins,
//! Teams channels, internal chats, and about 2 % chats with external users.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::{self, Read};

use fastrand::Rng;

const HOME: &str = "5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61";
const USERS: u32 = 5_000;
const EXTERNAL_USERS: u32 = 100;
/// Number of chats with external users by default. As in real exports, each has many records.
const EXTERNAL_CHATS: u32 = 400;

const HEADER: &str = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n";

/// The expected targets of the rows so far.
#[derive(Default)]
pub struct Expected {
    /// Number of records of each chat with an external user.
    pub events: HashMap<u32, u64>,
    /// The users who are the actor of a record of such a chat.
    actors: BTreeSet<u32>,
}

impl Expected {
    /// Returns the chat, the user, and the user's id where the records contain it.
    pub fn targets(&self) -> BTreeMap<(String, String), Option<String>> {
        let mut targets = BTreeMap::new();
        for chat in self.events.keys() {
            let chat = Chat::new(*chat);
            for user in &chat.users {
                let known = chat.one_to_one || self.actors.contains(user);
                targets.insert(
                    (chat.thread.clone(), user_name(*user)),
                    known.then(|| user_id(*user)),
                );
            }
        }
        targets
    }
}

/// A chat with an external user, whose number determines all its properties.
struct Chat {
    thread: String,
    one_to_one: bool,
    users: Vec<u32>,
    external: u32,
}

impl Chat {
    fn new(number: u32) -> Self {
        let mut rng = Rng::with_seed(u64::from(number) + 1);
        let external = rng.u32(..EXTERNAL_USERS);
        let one_to_one = rng.u32(..4) > 0;
        let mut users: Vec<u32> = (0..if one_to_one { 1 } else { 3 })
            .map(|_| rng.u32(..USERS))
            .collect();
        users.sort_unstable();
        users.dedup();
        let thread = if one_to_one {
            let (a, b) = (user_id(users[0]), external_id(external));
            let (a, b) = if number.is_multiple_of(2) {
                (a, b)
            } else {
                (b, a)
            };
            format!("19:{a}_{b}@unq.gbl.spaces")
        } else {
            format!("19:{:032x}@thread.v2", u128::from(number) + 1)
        };
        Self {
            thread,
            one_to_one,
            users,
            external,
        }
    }
}

fn user_id(number: u32) -> String {
    format!("{number:08x}-aaaa-4c8d-9a41-5e2c7f90b813")
}

fn user_name(number: u32) -> String {
    format!("first.last{number}@contoso.com")
}

fn external_id(number: u32) -> String {
    format!("{number:08x}-eeee-4930-bf14-0a9e8d7c6b53")
}

fn external_domain(number: u32) -> String {
    format!("outside{}.example", number % 50)
}

fn external_tenant(number: u32) -> String {
    format!("{:08x}-7777-4930-bf14-0a9e8d7c6b53", number % 50)
}

/// The export, as a stream of bytes.
pub struct Export {
    rng: Rng,
    /// Number of chats with external users that records may belong to.
    external_chats: u32,
    /// Bytes of rows still to generate. The last row exceeds this a little.
    left: u64,
    number: u64,
    json: String,
    rows: String,
    read: usize,
    pub expected: Expected,
}

impl Export {
    pub fn new(bytes: u64) -> Self {
        Self::with_external_chats(bytes, EXTERNAL_CHATS)
    }

    pub fn with_external_chats(bytes: u64, external_chats: u32) -> Self {
        Self {
            rng: Rng::with_seed(42),
            external_chats,
            left: bytes,
            number: 0,
            json: String::new(),
            rows: HEADER.into(),
            read: 0,
            expected: Expected::default(),
        }
    }

    fn add_row(&mut self) {
        self.number += 1;
        self.json.clear();
        let kind = self.rng.u32(..1000);
        let (kind, operation) = match kind {
            0..240 => (2, self.mail()),
            240..480 => (6, self.file()),
            480..600 => (15, self.sign_in()),
            600..760 => (25, self.channel()),
            760..980 => (25, self.internal_chat()),
            _ => (25, self.external_chat()),
        };
        let before = self.rows.len();
        let number = self.number;
        let time = self.time();
        let _ = write!(
            self.rows,
            "{number:08x}-0000-4000-8000-000000000000,{time}.0000000Z ,{kind},{operation},{},\"",
            user_name(self.rng.u32(..USERS))
        );
        for part in self.json.split_inclusive('"') {
            self.rows.push_str(part);
            if part.ends_with('"') {
                self.rows.push('"');
            }
        }
        self.rows.push_str("\",\"\",\"\"\r\n");
        self.left = self.left.saturating_sub((self.rows.len() - before) as u64);
    }

    fn time(&self) -> String {
        let second = self.number % 86_400;
        format!(
            "2026-08-{:02}T{:02}:{:02}:{:02}",
            1 + self.number / 86_400 % 28,
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }

    /// Writes the fields that every record begins with.
    fn common(&mut self, operation: &str, kind: u32, workload: &str, user: &str, key: &str) {
        let (number, time) = (self.number, self.time());
        let _ = write!(
            self.json,
            r#"{{"CreationTime":"{time}","Id":"{number:08x}-0000-4000-8000-000000000000","Operation":"{operation}","OrganizationId":"{HOME}","RecordType":{kind},"ResultStatus":"Succeeded","UserKey":"{key}","UserType":0,"Version":1,"Workload":"{workload}","ClientIP":"203.0.113.{}","UserId":"{user}""#,
            number % 250
        );
    }

    fn mail(&mut self) -> &'static str {
        let user = self.rng.u32(..USERS);
        self.common(
            "MailItemsAccessed",
            50,
            "Exchange",
            &user_name(user),
            "10032001D5F1B4A2",
        );
        let _ = write!(
            self.json,
            r#","AppId":"00000002-0000-0ff1-ce00-000000000000","ClientInfoString":"Client=REST;Client=RESTSystem;;","ExternalAccess":false,"InternalLogonType":0,"LogonType":0,"LogonUserSid":"S-1-5-21-1234567890-1234567890-1234567890-{user}","MailboxGuid":"{}","MailboxOwnerSid":"S-1-5-21-1234567890-1234567890-1234567890-{user}","MailboxOwnerUPN":"{}","OperationProperties":[{{"Name":"MailAccessType","Value":"Bind"}},{{"Name":"IsThrottled","Value":"False"}}],"OrganizationName":"contoso.onmicrosoft.com","OriginatingServer":"AM0PR01MB0001 (15.20.4200.000)","Folders":[{{"FolderItems":[{{"InternetMessageId":"<{}@AM0PR01MB0001.eurprd01.prod.example>","SizeInBytes":{}}}],"Id":"LgAAAACq0v1lKJ7kT5tX0kYw1Zs4AQB1x6t5J1dRSLq1rX0kYw1ZAAAAAAEMAAAB","Path":"\\Inbox"}}],"OperationCount":1}}"#,
            user_id(user),
            user_name(user),
            self.number,
            self.number % 100_000
        );
        "MailItemsAccessed"
    }

    fn file(&mut self) -> &'static str {
        let user = self.rng.u32(..USERS);
        self.common(
            "FileAccessed",
            6,
            "SharePoint",
            &user_name(user),
            "i:0h.f|membership|10032001d5f1b4a2@live.com",
        );
        let _ = write!(
            self.json,
            r#","ObjectId":"https://contoso.sharepoint.com/sites/team{}/Shared Documents/Report {}, final \"copy\".docx","ApplicationId":"00000003-0000-0ff1-ce00-000000000000","AuthenticationType":"OAuth","BrowserName":"Edge","BrowserVersion":"128.0.0.0","CorrelationId":"{}","EventSource":"SharePoint","GeoLocation":"EUR","IsManagedDevice":false,"ItemType":"File","ListId":"3f1d2c4b-5a69-4788-9f10-1e2d3c4b5a69","ListItemUniqueId":"{}","Platform":"WinDesktop","Site":"7a8b9c0d-1e2f-4031-8253-647586970a1b","UserAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36","WebId":"0a1b2c3d-4e5f-4607-8819-2a3b4c5d6e7f","DeviceDisplayName":"10.0.0.1","HighPriorityMediaProcessing":false,"ListBaseType":1,"ListServerTemplate":101,"SourceFileExtension":"docx","SiteUrl":"https://contoso.sharepoint.com/sites/team/","SourceRelativeUrl":"Shared Documents","SourceFileName":"Report.docx"}}"#,
            user % 100,
            self.number,
            user_id(user),
            user_id(user)
        );
        "FileAccessed"
    }

    fn sign_in(&mut self) -> &'static str {
        let user = self.rng.u32(..USERS);
        self.common(
            "UserLoggedIn",
            15,
            "AzureActiveDirectory",
            &user_name(user),
            &user_id(user),
        );
        let _ = write!(
            self.json,
            r#","ObjectId":"00000003-0000-0000-c000-000000000000","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{{"Name":"ResultStatusDetail","Value":"Redirect"}},{{"Name":"UserAgent","Value":"Mozilla/5.0 (Windows NT 10.0; Win64; x64)"}},{{"Name":"RequestType","Value":"OAuth2:Authorize"}}],"ModifiedProperties":[],"Actor":[{{"ID":"{}","Type":0}},{{"ID":"{}","Type":5}}],"ActorContextId":"{HOME}","ActorIpAddress":"203.0.113.7","InterSystemsId":"5b6c7d8e-9fa0-41b2-83c4-d5e6f7081920","IntraSystemId":"0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f","SupportTicketId":"","Target":[{{"ID":"00000003-0000-0000-c000-000000000000","Type":0}}],"TargetContextId":"{HOME}","ApplicationId":"1fec8e78-bce4-4aaf-ab1b-5451cc387264","DeviceProperties":[{{"Name":"OS","Value":"Windows10"}},{{"Name":"BrowserType","Value":"Edge"}},{{"Name":"SessionId","Value":"{}"}}],"ErrorNumber":"0"}}"#,
            user_id(user),
            user_name(user),
            user_id(user)
        );
        "UserLoggedIn"
    }

    fn channel(&mut self) -> &'static str {
        let user = self.rng.u32(..USERS);
        self.common(
            "MessageCreatedHasLink",
            25,
            "MicrosoftTeams",
            &user_name(user),
            &user_id(user),
        );
        let _ = write!(
            self.json,
            r#","AADGroupId":"{}","ChannelGuid":"19:{:032x}@thread.tacv2","ChannelName":"General","ChannelType":"Standard","CommunicationType":"Team","ExtraProperties":[{{"Key":"TimeZone","Value":"Europe/Paris"}},{{"Key":"OsName","Value":"windows"}},{{"Key":"OsVersion","Value":"NT 10.0"}},{{"Key":"Country","Value":"fr"}},{{"Key":"ClientName","Value":"skypeteams"}},{{"Key":"ClientVersion","Value":"49/24061318408"}},{{"Key":"ClientUtcOffsetSeconds","Value":"7200"}}],"MessageId":"17241234{}","MessageURLs":["https://contoso.sharepoint.com/sites/team{}/a"],"MessageVersion":"17241234","TeamGuid":"19:{:032x}@thread.tacv2","TeamName":"Team {}","ItemName":"General"}}"#,
            user_id(user % 100),
            user % 100,
            self.number,
            user % 100,
            user % 100,
            user % 100
        );
        "MessageCreatedHasLink"
    }

    fn internal_chat(&mut self) -> &'static str {
        let (a, b) = (self.rng.u32(..USERS), self.rng.u32(..USERS));
        self.common(
            "MessageSent",
            25,
            "MicrosoftTeams",
            &user_name(a),
            &user_id(a),
        );
        let thread = format!("19:{}_{}@unq.gbl.spaces", user_id(a), user_id(b));
        let members = [
            (user_name(a), HOME.into(), "contoso.com".into()),
            (user_name(b), HOME.into(), "contoso.com".into()),
        ];
        self.chat(&thread, true, false, &members);
        "MessageSent"
    }

    fn external_chat(&mut self) -> &'static str {
        let number = self.rng.u32(..self.external_chats);
        *self.expected.events.entry(number).or_default() += 1;
        let chat = Chat::new(number);
        let external_name = format!(
            "helpdesk{}@{}",
            chat.external,
            external_domain(chat.external)
        );
        let by_user = self.rng.u32(..4) == 0;
        let operation = if by_user {
            "MessageSent"
        } else {
            "ChatCreated"
        };
        if by_user {
            let user = chat.users[0];
            self.expected.actors.insert(user);
            self.common(
                operation,
                25,
                "MicrosoftTeams",
                &user_name(user),
                &user_id(user),
            );
        } else {
            self.common(
                operation,
                25,
                "MicrosoftTeams",
                &external_name,
                &external_id(chat.external),
            );
        }
        let mut members: Vec<_> = chat
            .users
            .iter()
            .map(|user| {
                (
                    user_name(*user),
                    HOME.to_string(),
                    "contoso.com".to_string(),
                )
            })
            .collect();
        members.push((
            external_name,
            external_tenant(chat.external),
            external_domain(chat.external),
        ));
        self.chat(&chat.thread, chat.one_to_one, true, &members);
        operation
    }

    /// Writes the fields of a record of a chat. `members`: name, tenant and domain.
    fn chat(
        &mut self,
        thread: &str,
        one_to_one: bool,
        foreign: bool,
        members: &[(String, String, String)],
    ) {
        let kind = if one_to_one { "OneOnOne" } else { "GroupChat" };
        let json = &mut self.json;
        let _ = write!(
            json,
            r#","ChatThreadId":"{thread}","CommunicationType":"{kind}","ExtraProperties":[{{"Key":"TimeZone","Value":"Europe/Berlin"}},{{"Key":"OsName","Value":"windows"}},{{"Key":"OsVersion","Value":"NT 10.0"}},{{"Key":"Country","Value":"de"}},{{"Key":"ClientName","Value":"skypeteams"}},{{"Key":"ClientVersion","Value":"49/24061318408"}},{{"Key":"ClientUtcOffsetSeconds","Value":"7200"}}],"Members":["#
        );
        for (at, (name, tenant, _)) in members.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(
                json,
                r#"{comma}{{"OrganizationId":"{tenant}","DisplayName":"First Last","UPN":"{name}"}}"#
            );
        }
        let parties: BTreeMap<&str, &str> = members
            .iter()
            .map(|(_, tenant, domain)| (tenant.as_str(), domain.as_str()))
            .collect();
        let list = |item: &dyn Fn(&str, &str) -> String| {
            parties
                .iter()
                .map(|(tenant, domain)| item(tenant, domain))
                .collect::<Vec<_>>()
                .join(",")
        };
        let domains = if foreign {
            list(&|_, domain| format!("\"{domain}\""))
        } else {
            String::new()
        };
        let sip = if foreign {
            list(&|tenant, domain| format!(r#"{{"DomainName":"{domain}","TenantId":"{tenant}"}}"#))
        } else {
            String::new()
        };
        let tenants = list(&|tenant, _| format!("\"{tenant}\""));
        let _ = write!(
            json,
            r#"],"ParticipantInfo":{{"HasForeignTenantUsers":{foreign},"HasGuestUsers":false,"HasOtherGuestUsers":false,"HasUnauthenticatedUsers":false,"ParticipatingDomains":[{domains}],"ParticipatingSIPDomains":[{sip}],"ParticipatingTenantIds":[{tenants}]}},"ResourceTenantId":"{HOME}","ItemName":"{thread}"}}"#
        );
    }
}

impl Read for Export {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.read == self.rows.len() {
            self.rows.clear();
            self.read = 0;
            while self.left > 0 && self.rows.len() < 64 * 1024 {
                self.add_row();
            }
        }
        let count = out.len().min(self.rows.len() - self.read);
        out[..count].copy_from_slice(&self.rows.as_bytes()[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}
