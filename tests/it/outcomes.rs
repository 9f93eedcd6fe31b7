//! What each answer of the service, or its absence, becomes: through the release library, against a
//! loopback Graph that answers as told.

use std::time::{Duration, Instant};

use crate::common::{
    CHAT, FOREVER, Guard, Job, REMOVAL, Status, TENANT, USER, chat, check_concurrently, fast,
    native,
};
use sandbox::{Cut, Fault, FaultScript, Rule, SandboxOptions, TokenClaims, Trick, When};
use serde_json::{Value, json};

/// A removal against a Graph that does this to every request.
fn under(fault: Fault) -> (i32, Value, Job) {
    under_rule(Rule::new(fault), fast())
}

fn under_rule(rule: Rule, options: Value) -> (i32, Value, Job) {
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    job.sandbox.script(FaultScript::new([rule]));
    let (status, outcome) = native().remove(job.run, REMOVAL, FOREVER);
    (status, outcome, job)
}

/// Run options that give up on a removal soon, for tests of what it ends as.
fn impatient() -> Value {
    let mut options = fast();
    options["retry"]["item_time_ms"] = json!(100);
    options
}

fn status_fault(code: u16, graph_code: &str, message: &str) -> Fault {
    Fault::Status {
        code,
        graph_code: graph_code.into(),
        message: message.into(),
        headers: Default::default(),
    }
}

#[test]
fn a_removal_is_confirmed_with_all_that_a_report_needs() {
    let job = Job::new();
    let (status, outcome) = native().remove(job.run, REMOVAL, FOREVER);
    assert_eq!(status, Status::Ok as i32, "{outcome}");
    let request = &job.sandbox.requests()[0];
    assert_eq!(outcome["event"], "outcome");
    assert_eq!(outcome["item"], 1);
    assert_eq!(outcome["status"], "Removed");
    assert_eq!(outcome["tenant_id"], TENANT);
    assert_eq!(outcome["user_id"], USER);
    assert_eq!(outcome["thread_id"], CHAT);
    assert_eq!(outcome["http_status"], 204);
    assert_eq!(outcome["attempts"], 1);
    assert_eq!(
        outcome["client_request_id"],
        request.header("client-request-id").unwrap()
    );
    assert!(outcome["request_id"].as_str().unwrap().len() == 36);
    assert!(outcome["completed"].as_str().unwrap().ends_with('Z'));
    let applied = job.sandbox.applied();
    assert_eq!((applied.len(), applied[0].user.as_str()), (1, USER));
}

#[test]
fn the_request_on_the_wire_is_the_documented_one_byte_by_byte() {
    let job = Job::new();
    let (_, outcome) = native().remove(job.run, REMOVAL, FOREVER);
    let request = &job.sandbox.requests()[0];
    let body = format!(
        r#"{{"user":{{"@odata.type":"microsoft.graph.teamworkUserIdentity","id":"{USER}","tenantId":"{TENANT}"}}}}"#
    );
    let expected = format!(
        "POST /v1.0/chats/19%3Ab8577894a63548969c5c92bb9c80c5e1%40thread.v2/removeAllAccessForUser HTTP/1.1\r\n\
         content-type: application/json\r\n\
         accept: application/json\r\n\
         client-request-id: {}\r\n\
         authorization: Bearer {}\r\n\
         content-length: {}\r\n\
         user-agent: ChatAccess/{}\r\n\
         host: {}\r\n\r\n",
        outcome["client_request_id"].as_str().unwrap(),
        job.token,
        body.len(),
        env!("CARGO_PKG_VERSION"),
        job.sandbox.url().strip_prefix("http://").unwrap(),
    );
    assert_eq!(String::from_utf8_lossy(&request.head), expected);
    assert_eq!(String::from_utf8_lossy(&request.body), body);
}

#[test]
fn beta_is_sent_on_request() {
    let mut options = fast();
    options["api_version"] = json!("beta");
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), options);
    let (status, _) = native().remove(job.run, REMOVAL, FOREVER);
    assert_eq!(status, 0);
    assert!(
        job.sandbox.requests()[0]
            .target
            .starts_with("/beta/chats/19%3A")
    );
}

#[test]
fn final_answers_have_their_status_code_message_and_ids() {
    for (code, graph_code, expected, name) in [
        (400, "BadRequest", Status::Failed, "Failed"),
        (403, "Forbidden", Status::Denied, "Denied"),
        (404, "NotFound", Status::NotFound, "NotFound"),
        (409, "Conflict", Status::Failed, "Failed"),
        (501, "NotImplemented", Status::Failed, "Failed"),
    ] {
        let (status, outcome, job) = under(status_fault(code, graph_code, "Because."));
        assert_eq!(status, expected as i32, "{outcome}");
        assert_eq!(outcome["status"], name);
        assert_eq!(outcome["http_status"], code);
        assert_eq!(outcome["code"], graph_code);
        assert_eq!(outcome["message"], "Because.");
        assert_eq!(outcome["attempts"], 1);
        assert!(outcome["next_step"].is_string(), "{outcome}");
        assert!(outcome["request_id"].is_string(), "{outcome}");
        assert_eq!(job.sandbox.requests().len(), 1, "{code} was sent again");
        assert!(job.sandbox.applied().is_empty());
    }
}

#[test]
fn what_can_heal_is_sent_again_until_it_does() {
    for fault in [
        status_fault(500, "InternalServerError", "x"),
        status_fault(502, "BadGateway", "x"),
        status_fault(503, "ServiceUnavailable", "x"),
        status_fault(504, "GatewayTimeout", "x"),
        Fault::Throttle {
            retry_after: Some("0".into()),
        },
        Fault::Throttle { retry_after: None },
        Fault::ProxyErrorPage { status: 503 },
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::CloseBefore,
        Fault::CloseAfter,
        Fault::Garbage,
        Fault::Truncated {
            at: Cut::StatusLine,
        },
        Fault::Truncated { at: Cut::Headers },
        Fault::Hang { seconds: 30.0 },
    ] {
        let rule = Rule::new(fault.clone()).times(2);
        let mut patient = fast();
        patient["retry"]["item_time_ms"] = json!(30_000);
        let (status, outcome, job) = under_rule(rule, patient);
        assert_eq!(status, Status::Ok as i32, "{fault:?}: {outcome}");
        assert_eq!(outcome["attempts"], 3, "{fault:?}");
        assert_eq!(job.sandbox.applied().len(), 1, "{fault:?}");
    }
}

#[test]
fn what_does_not_heal_ends_by_what_is_known() {
    let cases = [
        (status_fault(500, "x", "x"), Status::Failed),
        (status_fault(503, "x", "x"), Status::Failed),
        (status_fault(504, "x", "x"), Status::Uncertain),
        (
            Fault::Throttle {
                retry_after: Some("0.01".into()),
            },
            Status::Throttled,
        ),
        (Fault::ResetBefore, Status::Uncertain),
        (Fault::ResetAfter, Status::Uncertain),
        (Fault::Garbage, Status::Uncertain),
        (Fault::ProxyErrorPage { status: 502 }, Status::Failed),
    ];
    check_concurrently(cases, |(fault, expected)| {
        let (status, outcome, _job) = under(fault.clone());
        assert_eq!(status, expected as i32, "{fault:?}: {outcome}");
        assert!(
            outcome["attempts"].as_u64().unwrap() > 2,
            "{fault:?}: {outcome}"
        );
    });
}

#[test]
fn nobody_there_is_not_uncertain() {
    let job = Job::new();
    let gone = Guard::account("http://127.0.0.1:9", &job.token);
    let run = Guard::run(*gone, impatient());
    let (status, outcome) = native().remove(*run, REMOVAL, FOREVER);
    assert_eq!(status, Status::Failed as i32, "{outcome}");
    assert!(
        outcome["message"]
            .as_str()
            .unwrap()
            .contains("could not be sent"),
        "{outcome}"
    );
}

#[test]
fn an_answer_that_is_not_the_documented_one_confirms_nothing() {
    let (status, outcome, _job) = under(Fault::UnknownStatus {
        status: 200,
        body: "{}".into(),
    });
    assert_eq!(status, Status::Uncertain as i32, "{outcome}");
    let (status, outcome, job) = under(Fault::Redirect {
        location: "http://127.0.0.1:9/".into(),
        status: 307,
    });
    assert_eq!(status, Status::Failed as i32, "{outcome}");
    assert!(
        outcome["message"].as_str().unwrap().contains("redirect"),
        "{outcome}"
    );
    assert_eq!(job.sandbox.requests().len(), 1);
}

#[test]
fn hostile_and_giant_answers_are_cut_and_cleaned() {
    for fault in [
        Fault::Giant {
            megabytes: 200,
            content_length: true,
        },
        Fault::Giant {
            megabytes: 200,
            content_length: false,
        },
        Fault::MalformedError { status: 400 },
        Fault::WrongContentType { status: 400 },
        Fault::HostileError {
            status: 400,
            trick: Trick::Nested,
        },
        Fault::HostileError {
            status: 400,
            trick: Trick::Huge,
        },
        Fault::HostileError {
            status: 400,
            trick: Trick::ControlCharacters,
        },
    ] {
        let before = Instant::now();
        let (status, outcome, _job) = under(fault.clone());
        assert!(before.elapsed() < Duration::from_secs(5), "{fault:?}");
        assert!(status > 0, "{fault:?}: {outcome}");
        let message = outcome["message"].as_str().unwrap();
        assert!(message.chars().count() <= 500, "{fault:?}: {message}");
        assert!(
            !message.chars().any(char::is_control),
            "{fault:?}: {message:?}"
        );
    }
}

#[test]
fn a_slow_answer_has_a_time_limit() {
    let mut options = fast();
    options["request_time_ms"] = json!(200);
    options["retry"]["item_time_ms"] = json!(1);
    let before = Instant::now();
    let (status, outcome, _job) = under_rule(
        Rule::new(Fault::Slow {
            bytes_per_second: 5,
        }),
        options,
    );
    assert_eq!(status, Status::Uncertain as i32, "{outcome}");
    assert!(before.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_refused_token_ends_the_run_without_trying_it_again() {
    let job = Job::with(SandboxOptions::default(), TokenClaims::default(), json!({}));
    job.sandbox
        .script(FaultScript::new([Rule::new(Fault::ExpiredToken)]));
    for n in 0..20 {
        job.queue((TENANT, USER, &chat(n)));
    }
    native().finish(job.run);
    let events = job.events();
    assert_eq!(events.len(), 20);
    assert!(
        events.iter().all(|event| event["status"] == "Unauthorized"),
        "{events:?}"
    );
    assert_eq!(job.sandbox.requests().len(), 1);
}

#[test]
fn what_the_token_itself_says_saves_the_request() {
    let other_tenant = TokenClaims {
        tid: "11111111-2222-4333-8444-555555555555".into(),
        ..Default::default()
    };
    let no_scope = TokenClaims {
        scp: Some("User.Read".into()),
        ..Default::default()
    };
    let for_azure = TokenClaims {
        aud: "https://management.azure.com".into(),
        ..Default::default()
    };
    for (claims, expected, part) in [
        (
            TokenClaims::app_only(),
            Status::Denied,
            "delegated tokens only",
        ),
        (TokenClaims::expired(), Status::Unauthorized, "expired"),
        (other_tenant, Status::Denied, "belongs to tenant 11111111"),
        (no_scope, Status::Denied, "Chat.ReadWrite.All"),
        (for_azure, Status::Unauthorized, "management.azure.com"),
    ] {
        let job = Job::with(SandboxOptions::default(), claims, fast());
        let (status, outcome) = native().remove(job.run, REMOVAL, FOREVER);
        assert_eq!(status, expected as i32, "{outcome}");
        assert!(
            outcome["message"].as_str().unwrap().contains(part),
            "{outcome}"
        );
        assert_eq!(outcome["attempts"], 0);
        assert!(job.sandbox.requests().is_empty());
    }
}

#[test]
fn an_error_after_a_lost_answer_does_not_pass_for_certain() {
    let job = Job::new();
    job.sandbox.script(FaultScript::new([
        Rule::new(Fault::ResetAfter).when(When::first(1)),
        Rule::new(status_fault(404, "NotFound", "No such member.")),
    ]));
    let (status, outcome) = native().remove(job.run, REMOVAL, FOREVER);
    assert_eq!(status, Status::Uncertain as i32, "{outcome}");
    assert!(
        outcome["message"]
            .as_str()
            .unwrap()
            .contains("No such member.")
    );
}

#[test]
fn the_same_removal_twice_is_sent_once() {
    let job = Job::new();
    for _ in 0..3 {
        job.queue(REMOVAL);
    }
    native().finish(job.run);
    let statuses: Vec<_> = job.events().iter().map(|e| e["status"].clone()).collect();
    assert_eq!(statuses, ["Removed", "AlreadyRemoved", "AlreadyRemoved"]);
    assert_eq!(job.sandbox.requests().len(), 1);
}

#[test]
fn bad_input_is_refused_with_a_sentence_and_nothing_is_sent() {
    let job = Job::new();
    for (removal, parameter) in [
        (("contoso.com", USER, CHAT), "TenantId"),
        ((TENANT, "ann@contoso.example", CHAT), "UserId"),
        ((TENANT, USER, "19:abc@thread.tacv2"), "ThreadId"),
        ((TENANT, USER, ""), "ThreadId"),
        ((TENANT, USER, "19:a/../../users@thread.v2"), "ThreadId"),
    ] {
        let (status, outcome) = native().remove(job.run, removal, FOREVER);
        assert_eq!(status, Status::InvalidArgument as i32, "{outcome}");
        assert_eq!(outcome["status"], "Invalid");
        assert_eq!(outcome["parameter"], parameter);
        assert!(
            outcome["message"].as_str().unwrap().starts_with(parameter),
            "{outcome}"
        );
    }
    assert!(job.sandbox.requests().is_empty());
}

#[test]
fn the_token_is_in_no_event_whatever_happens() {
    let mut all = String::new();
    let mut tokens = Vec::new();
    let echo = |token: &str| status_fault(400, token, &format!("You sent Bearer {token}."));
    for fault in [
        None,
        Some(status_fault(500, "x", "x")),
        Some(Fault::ExpiredToken),
        Some(Fault::Garbage),
        Some(Fault::ResetAfter),
    ] {
        let job = Job::with(
            SandboxOptions::default(),
            TokenClaims::default(),
            impatient(),
        );
        let rule = fault.unwrap_or_else(|| echo(&job.token));
        job.sandbox.script(FaultScript::new([Rule::new(rule)]));
        job.queue(REMOVAL);
        native().finish(job.run);
        all += &format!("{:?}", job.events());
        all += &native().describe(job.account).1.to_string();
        all += &native().describe(job.run).1.to_string();
        tokens.push(job.token.clone());
    }
    for wrong in ["not a token", "Bearer", "tok\u{e9}n", "two\r\nlines"] {
        let request = json!({"open": "account"});
        let answer = native().open(&request, Some(wrong)).unwrap_err();
        assert_eq!(answer.0, Status::InvalidArgument as i32);
        assert!(
            !answer.1["message"].as_str().unwrap().contains(wrong),
            "{answer:?}"
        );
    }
    for token in tokens {
        for part in token.split('.') {
            assert!(!all.contains(part), "a part of the token is in an event");
        }
    }
}
