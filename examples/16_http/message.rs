//! HTTP/1.1 的语法：首部的字节说了什么。这里只看字节，不碰网络。
//! The syntax of HTTP/1.1: what the bytes of a header section say. Bytes only here, no network.
use std::str;

use super::fields::{Fields, is_token, split};

/// 不能接受：回答用的状态码，和记在日志里的原因。
/// Not acceptable: the status to answer with, and the reason for the log.
pub(crate) type Refusal = (u16, &'static str);

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    #[allow(dead_code, reason = "19_url_journey passes it on")]
    pub(crate) target: String,
    pub(crate) path: String,
    #[allow(dead_code, reason = "19_url_journey passes them on")]
    pub(crate) fields: Fields,
    pub(crate) keep_alive: bool,
    pub(crate) old: bool,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) lines: Vec<String>,
    pub(crate) fields: Fields,
    pub(crate) keep_alive: bool,
    pub(crate) body: Body,
}

// ANCHOR: body
/// 正文到哪里为止，由首部说（RFC 9112 §6.3）。TCP 不知道，它只有一条字节流。
/// The head says where the body ends (RFC 9112 §6.3). TCP cannot: it has one stream of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    Length(u64),
    Chunked,
    UntilClose,
}

fn body(fields: &Fields, version: u8) -> Result<Option<Body>, Refusal> {
    let lengths = fields.all("content-length");
    if fields.all("transfer-encoding").is_empty() {
        return match lengths[..] {
            [] => Ok(None),
            [length] => Ok(Some(Body::Length(decimal(length)?))),
            _ => Err((400, "两个 Content-Length two of them")),
        };
    }
    // 两个字段各说各的：前面的代理信一个，我们信另一个，正文里就能藏一个请求（请求走私）。
    // Two fields, two lengths: if a proxy believes one and we the other, the body can hide a
    // request (request smuggling).
    if !lengths.is_empty() {
        return Err((400, "Content-Length 和 Transfer-Encoding 都有 both"));
    }
    if version == 0 {
        return Err((400, "HTTP/1.0 没有分块 has no chunks"));
    }
    // 最后一层是分块，结尾才分得清；里面还有别的编码，我们不会解。
    // Only chunks on the outside tell the end; other codings inside them we do not know.
    let codings = fields.list("transfer-encoding");
    let mut chunked = Vec::new();
    for coding in &codings {
        chunked.push(coding.eq_ignore_ascii_case("chunked"));
    }
    match chunked[..] {
        [true] => Ok(Some(Body::Chunked)),
        [ref inner @ .., true] if !inner.contains(&true) => {
            Err((501, "不认识的传输编码 unknown transfer coding"))
        }
        _ => Err((400, "最后一层编码不是分块 chunked is not the last coding")),
    }
}
// ANCHOR_END: body

/// 只要数字：`parse` 还会接受 `+5`。18 位不会溢出。
/// Digits only: `parse` would take `+5` as well. 18 of them cannot overflow.
fn decimal(text: &str) -> Result<u64, Refusal> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && text.len() <= 18 => Ok(number),
        _ => Err((400, "Content-Length 不是数 not a number")),
    }
}

// ANCHOR: request
/// `GET /path HTTP/1.1`，字段，空行。
/// `GET /path HTTP/1.1`, fields, an empty line.
pub(crate) fn request(head: &[u8]) -> Result<Request, Refusal> {
    let text = String::from_utf8_lossy(head);
    let (start, fields) = split(&text).map_err(|why| (400, why))?;
    let words: Vec<&str> = start.split(' ').collect();
    let [method, target, version] = words[..] else {
        return Err((400, "请求行不是三个词 not three words in the request line"));
    };
    let version = minor(version)?;
    if !is_token(method) {
        return Err((400, "方法不是一个词 the method is not a word"));
    }
    // 同一个地址可以有许多网站，Host 说要哪一个；1.1 必须有，而且只能有一个（RFC 9112 §3.2）。
    // One address may have many sites, and Host says which: 1.1 needs it, once (RFC 9112 §3.2).
    match fields.all("host")[..] {
        [host] if host.bytes().all(is_host) => {}
        [] if version == 0 => {}
        _ => return Err((400, "要有一个 Host needs one Host")),
    }
    Ok(Request {
        method: method.to_owned(),
        target: target.to_owned(),
        path: path(method, target)?,
        keep_alive: keep_alive(&fields, version),
        old: version == 0,
        // 请求没有说长度，就是没有正文；`Content-Length: 0` 也是。
        // A request that tells no length has no body; nor has `Content-Length: 0`.
        body: match body(&fields, version)? {
            None | Some(Body::Length(0)) => Body::None,
            Some(body) => body,
        },
        fields,
    })
}
// ANCHOR_END: request

/// 请求的目标：通常是 `/path?query`；发给代理的是整个 URL，服务器也要认（RFC 9112 §3.2.2）。
/// The target: mostly `/path?query`; a whole URL, as for proxies, counts too (RFC 9112 §3.2.2).
fn path(method: &str, target: &str) -> Result<String, Refusal> {
    let bad = (400, "请求的目标看不懂 bad request target");
    if !target.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        return Err(bad);
    }
    let scheme = target.get(..7).unwrap_or_default();
    let path = if scheme.eq_ignore_ascii_case("http://") {
        let rest = &target[7..];
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        if end == 0 || !rest[..end].bytes().all(is_host) {
            return Err(bad);
        }
        format!("/{}", rest[end..].trim_start_matches('/'))
    } else {
        target.to_owned()
    };
    // `OPTIONS *` 和 `CONNECT host:port` 没有路径；它们是别的方法，自有回答。
    // `OPTIONS *` and `CONNECT host:port` have no path; they are other methods, answered as such.
    let other = matches!(method, "OPTIONS" | "CONNECT");
    if other || path.starts_with('/') {
        let end = path.find('?').unwrap_or(path.len());
        return Ok(path[..end].to_owned());
    }
    Err(bad)
}

// ANCHOR: response
/// `HTTP/1.1 200 OK`，字段，空行。
/// `HTTP/1.1 200 OK`, fields, an empty line.
pub(crate) fn response(head: &[u8], method: &str) -> Result<Response, &'static str> {
    let text = String::from_utf8_lossy(head);
    let (start, fields) = split(&text)?;
    let mut words = start.splitn(3, ' ');
    let version = minor(words.next().unwrap_or_default()).map_err(|(_, why)| why)?;
    let code = words.next().unwrap_or_default();
    let status = match code.parse() {
        Ok(status @ 100..600) if code.len() == 3 => status,
        _ => return Err("没有状态码 no status code"),
    };
    let body = match (method, status) {
        // 这几种从来没有正文，不管字段怎么说（RFC 9112 §6.3）。
        // These never have a body, whatever the fields say (RFC 9112 §6.3).
        ("HEAD", _) | (_, 100..200 | 204 | 304) => Body::None,
        _ => body(&fields, version)
            .map_err(|(_, why)| why)?
            .unwrap_or(Body::UntilClose),
    };
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    Ok(Response {
        status,
        lines,
        keep_alive: keep_alive(&fields, version),
        fields,
        body,
    })
}
// ANCHOR_END: response

/// 1.1 没有人说 close 就不关，1.0 要双方说好（RFC 9112 §9.3）。
/// 1.1 stays open if nobody says close; 1.0 only if both say so (RFC 9112 §9.3).
fn keep_alive(fields: &Fields, version: u8) -> bool {
    let stays = version > 0 || fields.says("connection", "keep-alive");
    stays && !fields.says("connection", "close")
}

/// 分块的大小是十六进制，后面可以有 `;扩展`（RFC 9112 §7.1）。
/// The size of a chunk is hexadecimal; `;extensions` may follow (RFC 9112 §7.1).
pub(crate) fn chunk_size(line: &[u8]) -> Option<u64> {
    let size = line.split(|&b| b == b';').next()?.trim_ascii_end();
    let digits = size.iter().all(u8::is_ascii_hexdigit);
    if !digits || size.len() > 15 {
        return None;
    }
    u64::from_str_radix(str::from_utf8(size).ok()?, 16).ok()
}

fn minor(version: &str) -> Result<u8, Refusal> {
    match version.strip_prefix("HTTP/").map(str::as_bytes) {
        Some([b'1', b'.', minor @ b'0'..=b'9']) => Ok(minor - b'0'),
        Some([b'0'..=b'9', b'.', b'0'..=b'9']) => Err((505, "只懂 HTTP/1 HTTP/1 only")),
        _ => Err((400, "不是 HTTP not HTTP")),
    }
}

fn is_host(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(&b)
}
