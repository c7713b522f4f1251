//! 握手：一个 HTTP 请求和一个 HTTP 回答，然后同一条连接上不再是 HTTP（RFC 6455 §4）。
//! The handshake: an HTTP request and an HTTP answer; after them the connection is HTTP no more
//! (RFC 6455 §4).
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use super::fields::{self, Fields};

pub(crate) const PATH: &str = "/chat";
/// 首部最多这么长：浏览器会带上 cookie，同一台主机的所有端口共用。
/// The longest header section: a browser adds its cookies, which all ports of a host share.
pub(crate) const HEAD: usize = 16 * 1024;

/// 拒绝：HTTP 的状态行，和原因。
/// A refusal: the status line of HTTP, and the reason.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) &'static str, pub(crate) String);

fn refuse<T>(status: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(status, why.into()))
}

// ANCHOR: accept
/// 回答 = Base64(SHA-1(钥匙 + 这个固定的串))。它不证明身份，只证明对方真的懂 WebSocket：
/// 别的服务器不会凑巧答出来，缓存里的旧回答也对不上（§1.3）。
/// The answer = Base64(SHA-1(key + this fixed string)). It proves no identity, only that the server
/// means WebSocket: no other gives this answer by chance, nor does an old one from a cache (§1.3).
pub(crate) fn accept(key: &str) -> String {
    const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    STANDARD.encode(Sha1::digest(format!("{key}{GUID}")))
}
// ANCHOR_END: accept

/// 哪些网页可以进来。
/// Which web pages may come in.
pub(crate) enum Origins {
    Any,
    /// 本机的网页，和这些。
    /// Pages of this machine, and these.
    Also(Vec<String>),
}

impl Origins {
    // ANCHOR: origin
    /// 浏览器替每个网页如实写上 Origin：网页从哪里来。网页自己改不了（§10.2）。
    /// A browser states truthfully in Origin where a page is from. The page cannot change it (§10.2).
    pub(crate) fn allow(&self, origin: &str) -> bool {
        let Self::Also(others) = self else {
            return true;
        };
        // `null` 不在里面：本地文件是它，可任何网站都能造一个沙盒 iframe，也是它。
        // `null` is not among them: it is a local file, but also any site's sandboxed iframe.
        others.iter().any(|other| other == origin) || is_this_machine(origin)
    }
    // ANCHOR_END: origin
}

/// `http://127.0.0.1`、`http://localhost`、`http://[::1]`，端口随意：别的机器上的网页没有这样的 Origin。
/// With any port: a page from another machine has no such origin.
fn is_this_machine(origin: &str) -> bool {
    let Some(host) = origin.strip_prefix("http://") else {
        return false;
    };
    for name in ["127.0.0.1", "localhost", "[::1]"] {
        // 名字之后只能是端口：`localhost.evil.example` 是别人的名字。
        // Only a port may follow the name: `localhost.evil.example` belongs to somebody else.
        match host
            .strip_prefix(name)
            .map(|rest| rest.strip_prefix(':').ok_or(rest))
        {
            Some(Err("")) => return true,
            Some(Ok(port)) if port.parse::<u16>().is_ok() && !port.starts_with('+') => return true,
            _ => {}
        }
    }
    false
}

// ANCHOR: answer
/// 服务器：请求合格，就给出回答的全部字节，和它的 Origin。
/// The server: all bytes of the answer, and the Origin, if the request will do.
pub(crate) fn answer(head: &[u8], origins: &Origins) -> Result<(String, String), Refusal> {
    let bad = |why| Refusal("400 Bad Request", String::from(why));
    let text = str::from_utf8(head).map_err(|_| bad("不是 UTF-8 not UTF-8"))?;
    let (start, fields) = fields::split(text).map_err(bad)?;
    let mut words = start.split(' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    if (method, version, words.next()) != (Some("GET"), Some("HTTP/1.1"), None) {
        return Err(bad("只收 GET 和 HTTP/1.1 only GET and HTTP/1.1"));
    }
    if target != Some(PATH) {
        return refuse("404 Not Found", "路径 path");
    }
    if !(fields.says("connection", "upgrade") && fields.says("upgrade", "websocket")) {
        return refuse(
            "426 Upgrade Required",
            "这里只说 WebSocket only WebSocket here",
        );
    }
    // 升级之前的正文和升级之后的帧会混在一起，所以不许有正文。
    // A body before the upgrade would mix with the frames after it: there must be none.
    if !fields.all("content-length").is_empty() || !fields.all("transfer-encoding").is_empty() {
        return Err(bad("不该有正文 body not allowed"));
    }
    if one(&fields, "sec-websocket-version")? != Some("13") {
        return refuse("426 Upgrade Required", "版本 version");
    }
    if one(&fields, "host")?.is_none() {
        return Err(bad("没有 Host missing"));
    }
    // 没有 Origin 的不是浏览器（§4.2.1）：这台机器上的程序，本来就什么都能写。
    // No Origin, no browser (§4.2.1): a program can write whatever it likes anyway.
    let origin = one(&fields, "origin")?;
    if let Some(origin) = origin
        && !origins.allow(origin)
    {
        return refuse("403 Forbidden", format!("Origin: {origin}"));
    }
    let key = one(&fields, "sec-websocket-key")?.unwrap_or_default();
    if STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == 16) {
        // 客户端也许问了扩展（压缩）和子协议；不提，就是都不要。
        // The client may have asked for extensions (compression) and a subprotocol. Not to name them
        // is to decline.
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\n\r\n",
            accept(key)
        );
        return Ok((answer, origin.unwrap_or("-").to_owned()));
    }
    Err(bad("Sec-WebSocket-Key 不是 16 字节 is not 16 bytes"))
}
// ANCHOR_END: answer

/// 字段的值；有两个就不知道该信哪个。
/// A field's value; if there are two, which one is to be believed?
fn one<'a>(fields: &'a Fields, name: &str) -> Result<Option<&'a str>, Refusal> {
    match fields.all(name)[..] {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        _ => refuse("400 Bad Request", format!("两个 two of: {name}")),
    }
}

/// 拒绝也是一个完整的 HTTP 回答：握手没有成功，还是 HTTP。
/// A refusal is a whole HTTP answer: without a handshake, this is still HTTP.
pub(crate) fn refusal(Refusal(status, why): &Refusal) -> String {
    let upgrade = if status.starts_with("426") {
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    } else {
        ""
    };
    // 原因里可能有对方写的字：说给我们的屏幕听，不写进回答。
    // The reason may have the peer's own words: for our screen, not for the answer.
    let body = if status.starts_with("403") {
        "不接待这个网页 this page is not welcome\n"
    } else {
        why
    };
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\n{upgrade}\
         Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

// ANCHOR: ask
/// 客户端的请求。钥匙每次都新，所以回答不能事先准备好。
/// The client's request. The key is new each time, so no answer can have been prepared.
pub(crate) fn ask(host: &str, nonce: [u8; 16], origin: Option<&str>) -> (String, String) {
    let key = STANDARD.encode(nonce);
    let origin = origin.map_or(String::new(), |origin| format!("Origin: {origin}\r\n"));
    let request = format!(
        "GET {PATH} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{origin}\r\n"
    );
    (request, accept(&key))
}

/// 客户端看回答：不是 101，或者答得不对，就不能往下说。
/// The client looks at the answer: unless it is a correct 101, there is nothing more to say.
pub(crate) fn check(head: &[u8], expected: &str) -> Result<(), String> {
    let wrong = |what: &str| format!("看不懂回答 not understood: {what}");
    let text = str::from_utf8(head).map_err(|_| wrong("UTF-8"))?;
    let (start, fields) = fields::split(text).map_err(wrong)?;
    let status = start
        .strip_prefix("HTTP/1.1 ")
        .ok_or_else(|| wrong(start))?;
    if status.split(' ').next() != Some("101") {
        return Err(format!("被拒绝 refused: {status}"));
    }
    let upgraded = fields.says("upgrade", "websocket") && fields.says("connection", "upgrade");
    if !upgraded || fields.all("sec-websocket-accept") != [expected] {
        return Err(wrong("Sec-WebSocket-Accept"));
    }
    // 我们什么都没有问，服务器就不能加。
    // We asked for nothing, so the server may add nothing.
    for name in ["sec-websocket-extensions", "sec-websocket-protocol"] {
        if !fields.all(name).is_empty() {
            return Err(wrong(name));
        }
    }
    Ok(())
}
// ANCHOR_END: ask
