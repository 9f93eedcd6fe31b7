//! The pages that the browser shows after the redirect.

/// A page. No page contains text from a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    SignedIn,
    Failed,
    UnexpectedResponse,
    NotFound,
    MethodNotAllowed,
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
            Self::UnexpectedResponse => (
                "400 Bad Request",
                "Unexpected response",
                "This response doesn't belong to the sign-in in progress and was ignored. You can close this page.",
            ),
            Self::NotFound => (
                "404 Not Found",
                "Page not found",
                "You can close this page.",
            ),
            Self::MethodNotAllowed => (
                "405 Method Not Allowed",
                "Page not found",
                "You can close this page.",
            ),
        }
    }

    /// Returns the complete HTTP response.
    pub(super) fn response(self) -> String {
        let (status, title, text) = self.parts();
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>body{{font:1.1rem system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;\
             color-scheme:light dark}}</style></head>\
             <body><h1>{title}</h1><p>{text}</p></body></html>\n"
        );
        // The address contains the code, so the page is not stored and sends no referrer.
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
    fn every_page_can_be_closed_and_loads_no_resources() {
        for page in [
            Page::SignedIn,
            Page::Failed,
            Page::UnexpectedResponse,
            Page::NotFound,
            Page::MethodNotAllowed,
        ] {
            let response = page.response();
            let (head, html) = response.split_once("\r\n\r\n").unwrap();
            assert!(html.contains("You can close this page"), "{html}");
            assert!(!html.contains("src=") && !html.contains("href="), "{html}");
            assert!(head.contains("no-referrer") && head.contains("no-store"));
            assert!(head.contains(&format!("Content-Length: {}\r\n", html.len())));
        }
    }
}
