//! 一问一答，三个角色都要：用 16 的代码读写，规矩更严，因为这里有两台服务器接力。
//! One request and one answer, as three roles need them: read and written by the code of 16, under
//! stricter rules, since here two servers pass a request on.
use std::fmt::{self, Display};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::Result;
use common::printable;

use crate::http::message::{self, Body, Request, Response};
use crate::http::reader;
use crate::http::wire::Wire;

const HEAD: usize = 8 * 1024;
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// 不能照办的原因。
/// Why a request is refused.
pub(crate) enum Refusal {
    Malformed,
    Method,
    TooLong,
    Slow,
    Silent,
}

impl Refusal {
    pub(crate) fn status(&self) -> &'static str {
        match self {
            Self::Malformed | Self::Silent => "400 Bad Request",
            Self::Method => "405 Method Not Allowed",
            Self::TooLong => "431 Request Header Fields Too Large",
            Self::Slow => "408 Request Timeout",
        }
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed | Self::Silent => "看不懂这个请求 not a request we understand",
            Self::Method => "只有 GET 和 HEAD only GET and HEAD",
            Self::TooLong => "首部太长 head over 8 KiB",
            Self::Slow => "首部来得太慢 head too slow",
        })
    }
}

// ANCHOR: request
/// 读一个请求，也说出它的首部有几个字节。
/// Reads a request, and tells how many bytes its head has.
pub(crate) fn request(wire: &mut Wire) -> Result<(Request, usize), Refusal> {
    match wire.more() {
        Ok(true) => {}
        Ok(false) => return Err(Refusal::Silent),
        Err(error) if is_late(&error) => return Err(Refusal::Slow),
        Err(_) => return Err(Refusal::Silent),
    }
    // 请求以字母开头。TLS 以 0x16 开头：不用等它说完就知道不是 HTTP。
    // A request begins with a letter, TLS with 0x16: no need to hear it to the end.
    if !wire.first().is_some_and(|byte| byte.is_ascii_alphabetic()) {
        return Err(Refusal::Malformed);
    }
    let head = wire.head(HEAD).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => Refusal::TooLong,
        ErrorKind::UnexpectedEof => Refusal::Malformed,
        _ if is_late(&error) => Refusal::Slow,
        _ => Refusal::Silent,
    })?;
    // 16 也认单独的 LF（RFC 9112 §2.2 许可）。接力时更严：代理若把它当行尾，应用不当，
    // 两边读出的字段就不一样。
    // 16 takes LF alone as well (RFC 9112 §2.2 permits it). Between two servers we are stricter: if
    // only one of them takes it for a line end, they read different fields.
    if !has_only_crlf(&head) || str::from_utf8(&head).is_err() {
        return Err(Refusal::Malformed);
    }
    let request = message::request(&head).map_err(|_| Refusal::Malformed)?;
    if !request.target.starts_with('/') {
        return Err(Refusal::Malformed);
    }
    match request.method.as_str() {
        // 带正文的请求，代理和应用若数得不一样长，就能夹带第二个请求：这里一律不收。
        // If proxy and app disagree on a body's length, a second request slips in: take none here.
        "GET" | "HEAD" if request.body != Body::None => Err(Refusal::Malformed),
        "GET" | "HEAD" => Ok((request, head.len())),
        _ => Err(Refusal::Method),
    }
}
// ANCHOR_END: request

fn has_only_crlf(head: &[u8]) -> bool {
    let mut before = 0;
    for &byte in head {
        if byte == b'\n' && before != b'\r' {
            return false;
        }
        before = byte;
    }
    true
}

/// 超时在 Unix 上叫 WouldBlock，在 Windows 上叫 TimedOut。
/// A timeout is WouldBlock on Unix, TimedOut on Windows.
pub(crate) fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

/// 读一个回答和它的正文。
/// Reads an answer and its body.
pub(crate) fn response(wire: &mut Wire, method: &str) -> Result<(Response, Vec<u8>)> {
    let response = reader::response(wire, method)?;
    let mut body = Vec::new();
    let end = reader::read_body(wire, response.body, &mut body);
    end.map_err(|error| reader::wrong(error, body.len()))?;
    // 我们要求过“说完就关”：等到对方的 FIN 再关，两边就不会抢着关。
    // We asked the server to close after its answer: wait for its FIN before we close, too.
    wire.patience(Duration::from_secs(1));
    let _ = wire.more();
    Ok((response, body))
}

/// `HTTP/1.1 200 OK` → `200 OK`
pub(crate) fn status_of(response: &Response) -> String {
    let line = response.lines.first().map_or("", String::as_str);
    let (_, status) = line.split_once(' ').unwrap_or_default();
    printable(status)
}

// ANCHOR: answer
pub(crate) fn answer(
    mut wire: Wire,
    status: &str,
    fields: &[(String, String)],
    body: &[u8],
    head_only: bool,
) {
    let mut head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    for (name, value) in fields {
        head += &format!("{name}: {value}\r\n");
    }
    if fields.is_empty() {
        head += "Content-Type: text/plain; charset=utf-8\r\n";
    }
    if status.starts_with("405") {
        head += "Allow: GET, HEAD\r\n";
    }
    head += "\r\n";
    let mut bytes = head.into_bytes();
    if !head_only {
        bytes.extend(body);
    }
    wire.patience(PATIENCE);
    // 对方走了就算了：没有人等这个回答。
    // If the peer has gone, so be it: nobody waits for this answer.
    if wire.send(&bytes).is_ok() {
        wire.goodbye();
    }
}
// ANCHOR_END: answer

pub(crate) fn received(stream: &TcpStream, peer: SocketAddr) -> String {
    format!("TCP {peer} → {}", local(stream))
}

pub(crate) fn connected(stream: &TcpStream, peer: SocketAddr) -> String {
    format!("TCP 连上 connected {} → {peer}", local(stream))
}

fn local(stream: &TcpStream) -> String {
    let address = stream.local_addr();
    address.map_or_else(|_| "?".to_owned(), |address| address.to_string())
}
