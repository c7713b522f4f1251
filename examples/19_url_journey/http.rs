//! 三个角色都要的一点 HTTP/1.1：读首部，写回答。每样都有上限和期限。
//! The little HTTP/1.1 that three roles need: read a head, write an answer; all bounded.
use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::head::Head;
use crate::timed::Timed;

const HEAD: usize = 8 * 1024;
const BODY: u64 = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);

/// 不能照办的原因。 Why a request is refused.
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
pub(crate) fn request(stream: &TcpStream) -> Result<Head, Refusal> {
    let mut timed = Timed::new(stream, Instant::now() + PATIENCE);
    let (head, _) = read_head(&mut timed)?;
    let head = Head::parse(&head).ok_or(Refusal::Malformed)?;
    let words: Vec<&str> = head.line.split(' ').collect();
    let [method, target, "HTTP/1.1" | "HTTP/1.0"] = words[..] else {
        return Err(Refusal::Malformed);
    };
    // 带正文的请求，代理和应用若数得不一样长，就能夹带第二个请求：这里一律不收。
    // If proxy and app disagree on a body's length, a second request slips in: take none here.
    let body = head.field("transfer-encoding").is_some()
        || head
            .field("content-length")
            .is_some_and(|length| length != "0");
    // Host 恰好一个：两个的话，代理和应用可能各信一个（RFC 9112 §3.2）。
    // Exactly one Host: of two, proxy and app might each believe another (RFC 9112 §3.2).
    let hosts = head
        .fields()
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"))
        .count();
    let host = hosts == 1 || hosts == 0 && words[2] == "HTTP/1.0";
    match method {
        _ if !target.starts_with('/') || !host => Err(Refusal::Malformed),
        "GET" | "HEAD" if body => Err(Refusal::Malformed),
        "GET" | "HEAD" => Ok(head),
        _ => Err(Refusal::Method),
    }
}

/// 读到空行为止；多读到的字节也交出来。 Reads up to the empty line; gives what came after it, too.
fn read_head(stream: &mut Timed<'_>) -> Result<(Vec<u8>, Vec<u8>), Refusal> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 2048]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok((bytes, rest));
        }
        // 请求和回答都以字母开头。TLS 以 0x16 开头：不用等它说完就知道不是 HTTP。
        // Requests and answers begin with a letter, TLS with 0x16: no need to hear it to the end.
        if bytes
            .first()
            .is_some_and(|first: &u8| !first.is_ascii_alphabetic())
        {
            return Err(Refusal::Malformed);
        }
        // 对方能让我们存的，到此为止。
        // This is all that a peer can make us store.
        if bytes.len() > HEAD {
            return Err(Refusal::TooLong);
        }
        match stream.read(&mut buffer) {
            Ok(0) if bytes.is_empty() => return Err(Refusal::Silent),
            Ok(0) => return Err(Refusal::Malformed),
            Ok(count) => bytes.extend(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::TimedOut => return Err(Refusal::Slow),
            Err(_) => return Err(Refusal::Silent),
        }
    }
}
// ANCHOR_END: request

/// 读一个回答，到 Content-Length 或者连接结束为止。
/// Reads an answer, up to its Content-Length or the end of the connection.
pub(crate) fn response(stream: &mut Timed<'_>, head_only: bool) -> io::Result<(Head, Vec<u8>)> {
    let wrong = || io::Error::new(ErrorKind::InvalidData, "看不懂的回答 not an HTTP answer");
    let (head, mut body) = read_head(stream).map_err(|refusal| match refusal {
        Refusal::Slow => ErrorKind::TimedOut.into(),
        Refusal::Silent => io::Error::other("没有回答就断了 closed without an answer"),
        _ => wrong(),
    })?;
    let head = Head::parse(&head).ok_or_else(wrong)?;
    // 分块的回答（chunked）要另一种读法，这里没有。
    // An answer in chunks is read in another way, which is not here.
    if !head.line.starts_with("HTTP/1.") || head.field("transfer-encoding").is_some() {
        return Err(wrong());
    }
    let length: Option<u64> = head
        .field("content-length")
        .map(str::parse)
        .transpose()
        .map_err(|_| wrong())?;
    // HEAD 的回答只有首部，Content-Length 说的是 GET 会有多长（RFC 9110 §9.3.2）。
    // HEAD has no body in its answer; Content-Length says how long GET's would be.
    let want = if head_only {
        0
    } else {
        length.unwrap_or(BODY + 1)
    };
    if want > BODY + 1 || length.is_some_and(|length| length > BODY) {
        return Err(io::Error::other("回答超过 1 MiB answer over 1 MiB"));
    }
    let more = want.saturating_sub(body.len() as u64);
    stream.take(more).read_to_end(&mut body)?;
    body.truncate(want as usize);
    // 我们要求过“说完就关”：等到对方的 FIN 再关，两边就不会抢着关。
    // We asked the server to close after its answer: wait for its FIN before we close, too.
    stream.end = stream.end.min(Instant::now() + Duration::from_secs(1));
    let _ = stream.read(&mut [0; 1]);
    match length {
        Some(length) if !head_only && (body.len() as u64) < length => {
            Err(io::Error::other("回答没有说完 the answer was cut short"))
        }
        None if body.len() as u64 > BODY => {
            Err(io::Error::other("回答超过 1 MiB answer over 1 MiB"))
        }
        _ => Ok((head, body)),
    }
}

// ANCHOR: answer
pub(crate) fn answer(
    stream: &TcpStream,
    status: &str,
    fields: &[(&str, &str)],
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
    bytes.extend(if head_only { &[] } else { body });
    let mut timed = Timed::new(stream, Instant::now() + PATIENCE);
    // 对方走了就算了：没有人等这个回答。
    // If the peer has gone, so be it: nobody waits for this answer.
    if timed.write_all(&bytes).is_ok() && stream.shutdown(Shutdown::Write).is_ok() {
        // 还有没读的就关闭，内核会发 RST，对方可能读不到回答：先读掉一些。
        // To close with unread input sends RST and may destroy our answer: read some of it first.
        timed.end = Instant::now() + Duration::from_secs(1);
        let _ = io::copy(&mut timed.take(64 * 1024), &mut io::sink());
    }
}
// ANCHOR_END: answer

pub(crate) fn received(stream: &TcpStream, peer: SocketAddr, head: &Head) -> String {
    let local = stream.local_addr().map(|local| local.to_string());
    let (local, size) = (local.unwrap_or_default(), head.size);
    format!("TCP {peer} → {local}，收到 received {size} 字节 bytes")
}

pub(crate) fn connected(stream: &TcpStream, peer: SocketAddr) -> String {
    let local = stream.local_addr().map(|local| local.to_string());
    format!("TCP 连上 connected {} → {peer}", local.unwrap_or_default())
}
