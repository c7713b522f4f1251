//! What a page may load, and where it may connect: to this server alone. One page more: it is a
//! client of the reader's own chat server.

use axum::http::HeaderValue;

/// Everything that a page loads comes from here. mdBook has inline scripts and styles.
macro_rules! policy {
    ($more:literal) => {
        concat!(
            "default-src 'self'; script-src 'self' 'unsafe-inline'; ",
            "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; ",
            $more,
            "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
        )
    };
}

/// The page that chats, as a path in the site.
const CHAT_PAGE: &str = "layers/websocket.html";

/// For every answer but those of pages that need more.
pub(super) const EVERYWHERE: HeaderValue = HeaderValue::from_static(policy!(""));

/// The policy of one page, if it has one of its own: one address more, where `18_websocket` listens.
pub(super) fn of_page(path: &str) -> Option<HeaderValue> {
    const CHAT: &str = policy!("connect-src 'self' ws://127.0.0.1:8818; ");
    (path == CHAT_PAGE).then(|| HeaderValue::from_static(CHAT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(policy: &HeaderValue) -> &str {
        policy.to_str().expect("plain text")
    }

    #[test]
    fn only_the_page_that_chats_may_connect_elsewhere_and_only_to_one_address() {
        for path in [
            "layers/dns.html",
            "index.html",
            "layers/websocket.js",
            "websocket.html",
        ] {
            assert_eq!(of_page(path), None, "{path}");
        }
        let chat = of_page("layers/websocket.html").expect("a policy of its own");
        let more = "connect-src 'self' ws://127.0.0.1:8818; ";
        assert_eq!(words(&chat).replacen(more, "", 1), words(&EVERYWHERE));
        assert!(!words(&EVERYWHERE).contains("connect-src"));
        assert!(!words(&EVERYWHERE).contains("ws:"));
    }

    #[test]
    fn the_address_is_the_one_that_the_script_of_the_page_and_the_program_have() {
        let script = include_str!("../../../../book/theme/websocket.js");
        assert!(script.contains("\"ws://127.0.0.1:8818/chat\""));
        let program = include_str!("../../../../examples/18_websocket/18_websocket.rs");
        assert!(program.contains("\"127.0.0.1:8818\""));
    }
}
