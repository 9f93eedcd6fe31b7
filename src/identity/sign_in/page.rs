//! What the browser shows in the end: whether it worked, and that the page can be closed.

/// A page. None of them holds text from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    SignedIn,
    Failed,
    NotForUs,
    NothingHere,
    OnlyGet,
}

impl Page {
    fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::SignedIn => (
                "200 OK",
                "You are signed in",
                "ChatAccess is connected. You can close this page and return to PowerShell.",
            ),
            Self::Failed => (
                "200 OK",
                "The sign-in failed",
                "PowerShell shows the reason and what to do next. You can close this page.",
            ),
            Self::NotForUs => (
                "400 Bad Request",
                "Unexpected response",
                "This response doesn't belong to the sign-in in progress and was ignored. You can close this page.",
            ),
            Self::NothingHere => (
                "404 Not Found",
                "Page not found",
                "You can close this page.",
            ),
            Self::OnlyGet => (
                "405 Method Not Allowed",
                "Page not found",
                "You can close this page.",
            ),
        }
    }

    /// The whole HTTP answer.
    pub(super) fn answer(self) -> String {
        let (status, title, text) = self.parts();
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>body{{font:1.1rem system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;\
             color-scheme:light dark}}</style></head>\
             <body><h1>{title}</h1><p>{text}</p></body></html>\n"
        );
        // The address holds the code, so it is neither kept nor told to anybody.
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
             Connection: close\r\n\r\n{html}",
            html.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_says_that_it_can_be_closed_and_loads_nothing() {
        for page in [
            Page::SignedIn,
            Page::Failed,
            Page::NotForUs,
            Page::NothingHere,
            Page::OnlyGet,
        ] {
            let answer = page.answer();
            let (head, html) = answer.split_once("\r\n\r\n").unwrap();
            assert!(html.contains("You can close this page"), "{html}");
            assert!(!html.contains("src=") && !html.contains("href="), "{html}");
            assert!(head.contains("no-referrer") && head.contains("no-store"));
            assert!(head.contains(&format!("Content-Length: {}\r\n", html.len())));
        }
    }
}
