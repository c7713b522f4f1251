//! Who may ask: a browser that shows this very server under a loopback name, or a program
//! without an `Origin`. A foreign site that resolves its own name to 127.0.0.1 is neither.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;

use super::text;

pub(super) async fn guard(request: Request, next: Next) -> Response<Body> {
    let authority = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    if !is_ours(request.headers(), authority) {
        return text(
            StatusCode::FORBIDDEN,
            "这里只回答 127.0.0.1、localhost 和 [::1]；请用终端里显示的地址。\n\
             This server answers only to 127.0.0.1, localhost and [::1]; use the address shown in the terminal.\n",
        );
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut response = text(
            StatusCode::METHOD_NOT_ALLOWED,
            "这里只能读：GET 和 HEAD。\nReading only: GET and HEAD.\n",
        );
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    next.run(request).await
}

/// `authority`: that of an absolute request target, which must agree with `Host`.
fn is_ours(headers: &HeaderMap, authority: Option<&str>) -> bool {
    let Some(host) = only(headers, header::HOST) else {
        return false;
    };
    if !is_loopback(host) || authority.is_some_and(|authority| authority != host) {
        return false;
    }
    if !headers.contains_key(header::ORIGIN) {
        return true;
    }
    only(headers, header::ORIGIN)
        .and_then(|origin| origin.strip_prefix("http://"))
        .is_some_and(|origin| origin.eq_ignore_ascii_case(host))
}

/// The header's value, if it is there exactly once and is plain text.
fn only(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// A loopback name with any port or none: through a forwarded port the number may differ,
/// and it is the name that a foreign site cannot have.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() && !port.starts_with('+') => name,
        _ => host,
    };
    name == "127.0.0.1" || name == "[::1]" || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: &[&'static str], origin: &[&'static str], authority: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for host in host {
            headers.append(header::HOST, HeaderValue::from_static(host));
        }
        for origin in origin {
            headers.append(header::ORIGIN, HeaderValue::from_static(origin));
        }
        is_ours(&headers, authority)
    }

    #[test]
    fn loopback_names_are_answered() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:3000",
            "localhost:3000",
            "LocalHost",
            "[::1]",
            "[::1]:80",
        ] {
            assert!(asked(&[host], &[], None), "{host}");
        }
        assert!(asked(&["localhost:3000"], &["http://localhost:3000"], None));
        assert!(asked(&["localhost:3000"], &[], Some("localhost:3000")));
    }

    #[test]
    fn foreign_hosts_are_refused() {
        for host in [
            "example.com",
            "example.com:3000",
            "127.0.0.1.example.com",
            "localhost.example.com:3000",
            "127.0.0.1:3000@example.com",
            "127.0.0.2",
            "0.0.0.0:3000",
            "[::]",
            "::1",
            "127.0.0.1:",
            "127.0.0.1:99999",
            "127.0.0.1:+80",
            "127.0.0.1:3000:1",
            "localhost.",
            "",
            " localhost",
        ] {
            assert!(!asked(&[host], &[], None), "{host}");
        }
        assert!(!asked(&[], &[], None));
        assert!(!asked(&["localhost", "localhost"], &[], None));
        assert!(!asked(&["localhost"], &[], Some("example.com")));
    }

    #[test]
    fn foreign_origins_are_refused() {
        for origin in [
            "http://example.com",
            "null",
            "https://localhost:3000",
            "http://localhost:8080",
            "http://127.0.0.1:3000",
            "http://localhost:3000/",
            "",
        ] {
            assert!(!asked(&["localhost:3000"], &[origin], None), "{origin}");
        }
        let twice = ["http://localhost:3000", "http://example.com"];
        assert!(!asked(&["localhost:3000"], &twice, None));
    }
}
