//! What a response of Graph, or its absence, means for a removal, in terms that an administrator
//! can act on.

use std::time::Duration;

use super::Status;
use super::outcome::Conclusion;
use crate::graph::{ExchangeError, GraphResponse};
use crate::http;

/// What follows from one exchange with Graph.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// The removal ends.
    Final(Conclusion),
    /// The removal is sent again. `conclusion` applies if its time is over.
    Retry {
        conclusion: Conclusion,
        /// The wait that the service requested.
        wait: Option<Duration>,
        cause: Cause,
    },
    /// Graph rejected the token (401).
    NewToken { conclusion: Conclusion },
}

/// Why a request has to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// 429: too many requests.
    Throttled,
    /// 500, 502, 503, 504.
    Unavailable,
    /// The request did not leave this computer.
    NotSent,
    /// The same, and no request of the run can reach Graph, unless the network changes.
    Unreachable,
    /// The response did not arrive.
    Lost,
}

const RUN_AGAIN: &str = "Run the command again; repeating a removal is harmless.";
const CHECK_CHAT: &str = "Check the chat in Teams, or run the command again.";
const SUPPORT: &str = "If the problem persists, contact Microsoft support with the request id.";

/// Returns what Graph's response, or its absence, means for the removal.
pub(super) fn judge(exchange: &Result<GraphResponse, ExchangeError>) -> Verdict {
    let response = match exchange {
        Ok(response) => response,
        Err(ExchangeError::NotSent(why)) => {
            return Verdict::Retry {
                conclusion: Conclusion::new(
                    Status::Failed,
                    format!("The request could not be sent: {why}."),
                    Some(
                        "Check the network connection, the proxy settings and the endpoint, and run the command again.",
                    ),
                ),
                wait: None,
                cause: Cause::NotSent,
            };
        }
        Err(ExchangeError::Permanent(fault)) => {
            return Verdict::Retry {
                conclusion: Conclusion::new(
                    Status::Failed,
                    format!("Microsoft Graph can't be reached: {fault}."),
                    Some(fault.next_step()),
                ),
                wait: None,
                cause: Cause::Unreachable,
            };
        }
        Err(ExchangeError::Lost(why)) => {
            return Verdict::Retry {
                conclusion: Conclusion::new(
                    Status::Uncertain,
                    format!("The request was sent, but its response was lost: {why}."),
                    Some(RUN_AGAIN),
                ),
                wait: None,
                cause: Cause::Lost,
            };
        }
    };
    let conclusion = |status, next_step| Conclusion::from_response(status, response, next_step);
    let retry = |status, next_step, cause| Verdict::Retry {
        conclusion: conclusion(status, Some(next_step)),
        wait: response.retry_after,
        cause,
    };
    match response.status {
        204 => Verdict::Final(conclusion(Status::Removed, None)),
        200..=299 => {
            let mut conclusion = conclusion(Status::Uncertain, Some(CHECK_CHAT));
            conclusion.message = Some(format!(
                "Microsoft Graph returned {}; only 204 confirms a removal.",
                response.status
            ));
            Verdict::Final(conclusion)
        }
        300..=399 => {
            let mut conclusion = conclusion(
                Status::Failed,
                Some(
                    "Check GraphEndpoint, and any proxy between this computer and Microsoft Graph.",
                ),
            );
            conclusion.message = Some(format!(
                "The response was a redirect ({}). Redirects are never followed, because the token is for Microsoft Graph only.",
                response.status
            ));
            Verdict::Final(conclusion)
        }
        401 => Verdict::NewToken {
            conclusion: conclusion(
                Status::Unauthorized,
                Some("Sign in again with Connect-ChatAccess, and run the command again."),
            ),
        },
        403 => Verdict::Final(conclusion(
            Status::Denied,
            Some(
                "The signed-in account needs the delegated permission Chat.ReadWrite.All in the user's tenant. If it has the permission, it may have no access to this chat.",
            ),
        )),
        404 => Verdict::Final(conclusion(
            Status::NotFound,
            Some("Check ThreadId and UserId. The chat may have been deleted."),
        )),
        429 => retry(
            Status::Throttled,
            "Run the command again later. If other tools use the same account, lower the rate.",
            Cause::Throttled,
        ),
        // A gateway that timed out may have passed the request on.
        504 => retry(Status::Uncertain, RUN_AGAIN, Cause::Unavailable),
        status if http::is_transient(status) => retry(
            Status::Failed,
            "The service, or a proxy in front of it, has a fault. Run the command again later.",
            Cause::Unavailable,
        ),
        400..=499 => Verdict::Final(conclusion(
            Status::Failed,
            Some("Check the three ids against the chat. Graph's message says what it rejected."),
        )),
        _ => Verdict::Final(conclusion(Status::Failed, Some(SUPPORT))),
    }
}

/// Returns the conclusion of a removal when the response to an earlier request was lost. An error
/// that follows may be caused by the success of that request, so only 204 settles the removal.
pub(super) fn after_a_loss(mut conclusion: Conclusion) -> Conclusion {
    if matches!(
        conclusion.status,
        Status::NotFound | Status::Denied | Status::Failed | Status::Throttled | Status::Cancelled
    ) {
        let then = conclusion.message.take().unwrap_or_default();
        conclusion.message = Some(format!(
            "The response to an earlier request was lost; that request may have removed the access. After that: {then}"
        ));
        conclusion.status = Status::Uncertain;
        conclusion.next_step = Some(CHECK_CHAT);
    }
    conclusion
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16) -> Result<GraphResponse, ExchangeError> {
        Ok(GraphResponse {
            status,
            code: Some("Code".into()),
            message: Some("Message.".into()),
            request_id: Some("r".into()),
            client_request_id: None,
            retry_after: Some(Duration::from_secs(7)),
            date: None,
            claims_challenge: None,
        })
    }

    #[test]
    fn only_204_confirms_a_removal() {
        for status in (200..600).filter(|status| *status != 204) {
            let (Verdict::Final(conclusion)
            | Verdict::Retry { conclusion, .. }
            | Verdict::NewToken { conclusion }) = judge(&response(status));
            assert!(!conclusion.status.is_removed(), "{status}");
            assert!(conclusion.next_step.is_some(), "{status}");
        }
        let Verdict::Final(conclusion) = judge(&response(204)) else {
            panic!()
        };
        assert_eq!(conclusion.status, Status::Removed);
    }

    #[test]
    fn only_transient_statuses_are_retried() {
        for status in 200..600 {
            let retried = matches!(judge(&response(status)), Verdict::Retry { .. });
            assert_eq!(
                retried,
                [429, 500, 502, 503, 504].contains(&status),
                "{status}"
            );
        }
    }

    #[test]
    fn an_error_after_a_lost_response_is_uncertain() {
        let Verdict::Final(not_found) = judge(&response(404)) else {
            panic!()
        };
        let conclusion = after_a_loss(not_found);
        assert_eq!(conclusion.status, Status::Uncertain);
        assert!(conclusion.message.unwrap().ends_with("Message."));
        let Verdict::Final(removed) = judge(&response(204)) else {
            panic!()
        };
        assert_eq!(after_a_loss(removed).status, Status::Removed);
    }
}
