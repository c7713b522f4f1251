//! 一条连接：一个请求，一个回答，再下一个请求，直到有一边说够了。
//! A connection: a request, an answer, the next request, until one side has had enough.
use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::message::{self, Body, Refusal, Request};
use crate::site::{self, Found};
use crate::wire::Wire;

// ANCHOR: limits
const HEAD: usize = 8192;
const REQUESTS: u32 = 100;
// 请求之间可以安静这么久；开了口，首部就要在期限内说完。
// Silence between requests may last this long; once begun, a header section must end
// in time.
const IDLE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(10);
// 读回答也不能无限慢：每块 16 KiB，期限同上。
// Nor may an answer be read for ever: it goes in blocks of 16 KiB, each with that deadline.
const BLOCK: u64 = 16 * 1024;
// ANCHOR_END: limits

// ANCHOR: connection
pub(crate) fn connection(stream: TcpStream, root: &Path, full: bool, log: &SyncSender<String>) {
    let peer = stream
        .peer_addr()
        .map_or("?".to_owned(), |peer| peer.to_string());
    let mut wire = Wire::new(stream, IDLE);
    for number in 1..=REQUESTS {
        // 浏览器会多开几条不说话的连接：安静的，到时间就关，不必回答。
        // Browsers open spare connections and stay silent: those close in time, with no answer.
        wire.patience(IDLE);
        if wire.is_empty() && !wire.more().unwrap_or(false) {
            return;
        }
        wire.patience(PATIENCE);
        // 看不懂的请求也可能是 HEAD：对它的回答从来没有正文（RFC 9110 §9.3.2）。
        // A bad request may be a HEAD as well: its answer never has a body (RFC 9110 §9.3.2).
        let head = wire.head(HEAD);
        let head_only = head.as_ref().is_ok_and(|head| head.starts_with(b"HEAD "));
        let request = match head {
            Ok(_) if full => Err((503, "连接太多 too many connections")),
            Ok(head) => message::request(&head),
            Err(error) => match error.kind() {
                ErrorKind::InvalidData => Err((431, "首部太长 head too long")),
                ErrorKind::WouldBlock | ErrorKind::TimedOut => Err((408, "太慢 too slow")),
                // 没说完就走了（FIN 或 RST）：没有人等回答。
                // Gone in the middle (FIN or RST): nobody waits for an answer.
                _ => return,
            },
        };
        let asked = request
            .as_ref()
            .map_or("?".to_owned(), |r| format!("{} {}", r.method, r.path));
        let mut reply = answer(root, request, number == REQUESTS);
        reply.head_only = head_only;
        let _ = log.try_send(format!("{peer} {asked} → {} {}", reply.status, reply.why));
        let keep_alive = reply.keep_alive;
        if reply.send(&mut wire).is_err() {
            return;
        }
        if !keep_alive {
            break;
        }
    }
    wire.goodbye();
}
// ANCHOR_END: connection

// ANCHOR: answer
fn answer(root: &Path, request: Result<Request, Refusal>, last: bool) -> Reply {
    let request = match request {
        Ok(request) => request,
        // 语法错了，就不知道下一个请求从哪里开始：回答完必须关。
        // With bad syntax nobody knows where the next request starts: answer, then close.
        Err(refusal) => return Reply::refuse(refusal),
    };
    let mut reply = match request.method.as_str() {
        // 取东西的请求不该有正文。与其猜，不如拒绝并关闭（RFC 9110 §9.3.1）。
        // A request to get needs no body. Do not guess: refuse and close (RFC 9110 §9.3.1).
        "GET" | "HEAD" if request.body != Body::None => {
            return Reply::refuse((400, "请求带着正文 a request with a body"));
        }
        "GET" | "HEAD" => match site::find(root, &request.path) {
            Ok(Found::File(file, length, kind)) => Reply::file(file, length, kind),
            Ok(Found::Folder) => Reply {
                field: format!("Location: {}/\r\n", request.path),
                ..Reply::refuse((301, "文件夹 a folder"))
            },
            Err(refusal) => Reply::refuse(refusal),
        },
        // 认识，但这里不做：405，并且要说能做什么（RFC 9110 §15.5.6）。不认识：501。
        // Known, but not here: 405, and it must say what is (RFC 9110 §15.5.6). Unknown: 501.
        "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS" | "CONNECT" | "TRACE" => Reply {
            field: "Allow: GET, HEAD\r\n".to_owned(),
            ..Reply::refuse((405, "只读 read only"))
        },
        _ => Reply::refuse((501, "不认识的方法 unknown method")),
    };
    // 正文没有读，所以不能接着用这条连接：正文会被当成下一个请求。
    // A body was not read, so the connection ends: the body would be taken for a request.
    reply.keep_alive = request.keep_alive && request.body == Body::None && !last;
    reply.old = request.old;
    reply
}
// ANCHOR_END: answer

struct Reply {
    status: u16,
    why: String,
    field: String,
    kind: &'static str,
    length: u64,
    content: Box<dyn Read>,
    keep_alive: bool,
    old: bool,
    head_only: bool,
}

impl Reply {
    fn file(content: impl Read + 'static, length: u64, kind: &'static str) -> Self {
        Self {
            status: 200,
            why: format!("{length} 字节 bytes"),
            field: String::new(),
            kind,
            length,
            content: Box::new(content),
            keep_alive: false,
            old: false,
            head_only: false,
        }
    }

    fn refuse((status, why): Refusal) -> Self {
        let text = format!("{status} {why}\n");
        let length = text.len() as u64;
        let reply = Self::file(io::Cursor::new(text), length, "text/plain; charset=utf-8");
        Self {
            status,
            why: why.to_owned(),
            ..reply
        }
    }

    // ANCHOR: send
    fn send(mut self, wire: &mut Wire) -> io::Result<()> {
        // 长度先说出去，对方才知道正文到哪里为止，连接才能接着用。
        // The length goes first: it tells where the body ends, so the connection can go on.
        let mut block = format!(
            "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}{}\r\n",
            self.status,
            reason(self.status),
            date(SystemTime::now()),
            self.kind,
            self.length,
            self.field,
            match (self.keep_alive, self.old) {
                (false, _) => "Connection: close\r\n",
                (true, true) => "Connection: keep-alive\r\n",
                (true, false) => "",
            }
        )
        .into_bytes();
        let mut left = if self.head_only { 0 } else { self.length };
        loop {
            // 首部和正文的开头一起写：一个小文件只要一个段。
            // The head goes with the start of the body: a small file needs one segment only.
            let mut piece = (&mut self.content).take(left.min(BLOCK));
            let n = piece.read_to_end(&mut block)? as u64;
            // 文件变短了：许下的长度给不出，只能断开，让对方看出不完整。
            // The file has shrunk: the promised length cannot be kept. Cut, so that it shows.
            if n == 0 && left > 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            wire.patience(PATIENCE);
            wire.send(&block)?;
            left -= n;
            if left == 0 {
                return Ok(());
            }
            block.clear();
        }
    }
    // ANCHOR_END: send
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    }
}

// ANCHOR: date
/// `Mon, 23 Nov 2026 20:49:53 GMT`（RFC 9110 §5.6.7）。1970-01-01 是星期四。
/// 年份从 3 月算起，闰日就落在年末（Howard Hinnant 的算法）。
/// `Mon, 23 Nov 2026 20:49:53 GMT` (RFC 9110 §5.6.7). 1970-01-01 was a Thursday.
/// Years that start in March have the leap day at their end (Howard Hinnant's algorithm).
fn date(now: SystemTime) -> String {
    let seconds = now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    let (days, clock) = (seconds / 86400, seconds % 86400);
    let weekday = &"ThuFriSatSunMonTueWed"[days as usize % 7 * 3..][..3];
    let (era, day) = ((days + 719_468) / 146_097, (days + 719_468) % 146_097);
    let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let month = &"MarAprMayJunJulAugSepOctNovDecJanFeb"[march as usize * 3..][..3];
    let (day, year) = (
        day - (153 * march + 2) / 5 + 1,
        year + era * 400 + u64::from(march > 9),
    );
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT")
}
// ANCHOR_END: date
