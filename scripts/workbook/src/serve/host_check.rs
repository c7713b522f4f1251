//! Which requests are answered: those of a browser that shows this very server under a loopback
//! name, and those of a program without an `Origin`. A foreign site that resolves its own name to
//! 127.0.0.1 is neither.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;

use super::{answer, text};
use crate::site::content_type;

/// The port that this server listens on, where it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here(pub(super) Option<u16>);

pub(super) async fn guard(request: Request, next: Next) -> Response<Body> {
    let authority = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    if !is_ours(request.headers(), authority) {
        let here = request.extensions().get::<Here>();
        return refusal(here.and_then(|here| here.0).unwrap_or(3000));
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

/// The answer to a foreign name. It does not repeat the name, which may be any text.
fn refusal(port: u16) -> Response<Body> {
    let words = format!(
        "这里只回答 127.0.0.1、localhost 和 [::1]；请用终端里显示的地址。\n\
         书在另一台机器上？先在你自己的机器上运行\n\
         \u{20}   ssh -L {port}:127.0.0.1:{port} 用户名@那台机器\n\
         再在浏览器里打开 http://127.0.0.1:{port}/ 。\n\n\
         This server answers only to 127.0.0.1, localhost and [::1]; use the address shown in the terminal.\n\
         Is the book on another machine? On your own machine, run\n\
         \u{20}   ssh -L {port}:127.0.0.1:{port} USER@THAT-MACHINE\n\
         and open http://127.0.0.1:{port}/ in your browser.\n"
    );
    answer(StatusCode::FORBIDDEN, content_type(".txt"), words)
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
