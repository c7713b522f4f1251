//! HTTP/1.1: a start line, header lines, an empty line, a body.

use std::ops::Range;

use crate::bits::{Header, kinds, nothing, octets, say, short};
use crate::names::sentence;
use crate::{Field, Layer, data};
use bilingual::Text;

kinds! {
REQUEST "http.request" "请求行" "request line"
    "做什么（方法）、对什么（路径）、用哪个版本。" "What to do (method), with what (path), in which version." "RFC 9112 §3"
STATUS "http.status" "状态行" "status line"
    "版本、状态码和它的说明。" "The version, the status code, and a phrase for it." "RFC 9112 §4"
FIELD "http.header" "首部字段" "header field"
    "名字、冒号、值，一行一个。" "A name, a colon, a value: one per line." "RFC 9112 §5"
END "http.end" "空行" "empty line"
    "首部到此为止，后面是正文。" "The header section ends here; the body follows." "RFC 9112 §2.1"
BODY "http.body" "正文" "body"
    "要送的内容本身。" "The content itself." "RFC 9112 §6"
CHUNK "http.chunk" "块的长度" "size of a chunk"
    "下一块有几个字节，用十六进制写；0 表示没有下一块了。" "How many bytes the next chunk has, in hexadecimal; 0 says that there is none." "RFC 9112 §7.1"
CHUNK_END "http.chunk.end" "块尾" "end of a chunk"
    "每一块后面有一个换行，最后的 0 后面再有一个。" "A line end follows each chunk, and one more the 0 at the end." "RFC 9112 §7.1"
}

/// Number of header lines that are shown one by one; the rest is one piece.
const LINES_SHOWN_MAX: usize = 200;

/// Where a stream of messages stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Whether a header has begun and not ended.
    in_header: bool,
    /// Whether it asks for WebSocket, or agrees to it.
    upgrade: bool,
    /// Number of bytes of the body that are still to come.
    body: usize,
    /// Whether the body comes in chunks, and what of them is next.
    chunks: Chunks,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Chunks {
    #[default]
    None,
    Size,
    /// This many bytes of a chunk.
    Data(usize),
    End,
    /// The lines after the last chunk, up to an empty one.
    Trailer,
}

impl State {
    /// Whether the connection is HTTP no more, but WebSocket.
    pub(crate) fn is_upgraded(self) -> bool {
        self.upgrade && !self.in_header
    }
}

/// Whether a header section ends with this field.
pub(crate) fn is_end(field: &Field) -> bool {
    field.kind.id == END.id
}

/// Whether a message starts here.
pub(crate) fn is_message(bytes: &[u8]) -> bool {
    const STARTS: [&[u8]; 9] = [
        b"HTTP/1.",
        b"GET ",
        b"HEAD ",
        b"POST ",
        b"PUT ",
        b"DELETE ",
        b"OPTIONS ",
        b"TRACE ",
        b"CONNECT ",
    ];
    STARTS.iter().any(|start| bytes.starts_with(start))
}

/// The messages in these bytes, as one layer; the label and the words of the first start line.
pub(crate) fn messages(
    frame: &[u8],
    bytes: Range<usize>,
    state: &mut State,
    from: &Text,
) -> (Layer, Option<(String, Text)>) {
    let mut header = Header::new(frame, bytes);
    let mut started = None;
    for _ in 0..LINES_SHOWN_MAX {
        let left = header.left() / 8;
        if left == 0 || state.is_upgraded() {
            break;
        }
        if state.in_header {
            line(&mut header, state);
        } else if state.chunks != Chunks::None {
            chunk(&mut header, state, left);
        } else if is_message(header.bytes(8)) {
            let words = start(&mut header, state, from);
            started.get_or_insert(words);
        } else {
            body(&mut header, state, left);
        }
    }
    (header.finish(7, "HTTP"), started)
}

/// The next line with its end, as text.
fn next_line<'a>(header: &Header<'a>) -> (usize, &'a [u8]) {
    let bytes = header.bytes(header.left() / 8);
    let length = bytes
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(bytes.len(), |at| at + 1);
    (length, &bytes[..length])
}

fn start(header: &mut Header, state: &mut State, from: &Text) -> (String, Text) {
    let (length, bytes) = next_line(header);
    let line = String::from_utf8_lossy(bytes).into_owned();
    *state = State {
        in_header: true,
        ..State::default()
    };
    let words = line.trim_end();
    if let Some(status) = words.strip_prefix("HTTP/1.") {
        let status = status.split_once(' ').map_or("", |(_, rest)| rest);
        let meaning = status_meaning(status);
        header.put(&STATUS, length * 8, data::written(&line), meaning);
        let said = sentence(
            from,
            &format!("回答：{status}"),
            &format!("answers: {status}"),
        );
        (short(status), said)
    } else {
        let mut parts = words.split(' ');
        let (method, path) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let meaning = method_meaning(method);
        header.put(&REQUEST, length * 8, data::written(&line), meaning);
        let said = sentence(
            from,
            &format!("请求：{method} {path}"),
            &format!("asks: {method} {path}"),
        );
        (short(&format!("{method} {path}")), said)
    }
}

fn line(header: &mut Header, state: &mut State) {
    let (length, bytes) = next_line(header);
    let line = String::from_utf8_lossy(bytes).into_owned();
    if line.trim_end_matches(['\r', '\n']).is_empty() {
        state.in_header = false;
        return header.put(&END, length * 8, data::written(&line), nothing());
    }
    let (name, value) = line.split_once(':').unwrap_or((&line, ""));
    let name = name.trim().to_ascii_lowercase();
    if name == "upgrade" && value.trim().eq_ignore_ascii_case("websocket") {
        state.upgrade = true;
    }
    if name == "content-length" {
        state.body = value.trim().parse().unwrap_or(0);
    }
    if name == "transfer-encoding" && value.trim().to_ascii_lowercase().ends_with("chunked") {
        state.chunks = Chunks::Size;
    }
    let meaning = field_meaning(&name);
    header.put(&FIELD, length * 8, data::written(&line), meaning);
}

/// The next part of a body in chunks; nothing, where it is no such part after all.
fn chunk(header: &mut Header, state: &mut State, left: usize) {
    if let Chunks::Data(size) = state.chunks {
        let count = left.min(size);
        data::lines_of(header, &BODY, count, LINES_SHOWN_MAX);
        state.chunks = match size - count {
            0 => Chunks::End,
            more => Chunks::Data(more),
        };
        return;
    }
    let (length, bytes) = next_line(header);
    let line = String::from_utf8_lossy(bytes).into_owned();
    let words = line.trim_end_matches(['\r', '\n']);
    let whole = bytes.last() == Some(&b'\n');
    let size = words.split(';').next().unwrap_or_default().trim();
    let (kind, next, meaning) = match (state.chunks, usize::from_str_radix(size, 16)) {
        // A line end that is cut after `\r` goes on.
        (now @ (Chunks::End | Chunks::Trailer), _) if words.is_empty() && !whole => {
            (&CHUNK_END, now, nothing())
        }
        (Chunks::End, _) if words.is_empty() => (&CHUNK_END, Chunks::Size, nothing()),
        (Chunks::Trailer, _) if words.is_empty() => {
            let meaning = say("正文完了", "the body is complete");
            (&CHUNK_END, Chunks::None, meaning)
        }
        (Chunks::Trailer, _) => (&FIELD, Chunks::Trailer, nothing()),
        (Chunks::Size, Ok(0)) if whole => (&CHUNK, Chunks::Trailer, say("没有了", "no more")),
        (Chunks::Size, Ok(size)) if whole => (&CHUNK, Chunks::Data(size), octets(size as u64)),
        _ => {
            state.chunks = Chunks::None;
            return;
        }
    };
    header.put(kind, length * 8, data::written(&line), meaning);
    state.chunks = next;
}

fn body(header: &mut Header, state: &mut State, left: usize) {
    let count = if state.body == 0 {
        left
    } else {
        left.min(state.body)
    };
    state.body = state.body.saturating_sub(count);
    data::lines_of(header, &BODY, count, LINES_SHOWN_MAX);
}

fn method_meaning(method: &str) -> Text {
    match method {
        "GET" => say("把它给我", "give it to me"),
        "HEAD" => say("只要首部，不要正文", "the header section only, no body"),
        "POST" => say("把正文交给它处理", "let it handle this body"),
        "PUT" => say("用正文换掉它", "replace it by this body"),
        "DELETE" => say("删掉它", "delete it"),
        _ => nothing(),
    }
}

fn status_meaning(status: &str) -> Text {
    match status.as_bytes().first() {
        Some(b'1') => say("1xx：请继续", "1xx: go on"),
        Some(b'2') => say("2xx：成功", "2xx: success"),
        Some(b'3') => say("3xx：在别处", "3xx: it is somewhere else"),
        Some(b'4') => say("4xx：请求有错", "4xx: the request is wrong"),
        Some(b'5') => say("5xx：服务器有错", "5xx: the server has failed"),
        _ => nothing(),
    }
}

fn field_meaning(name: &str) -> Text {
    match name {
        "host" => say("想访问的网站名", "the site that is wanted"),
        "user-agent" => say("什么程序在请求", "which program asks"),
        "accept" => say("想要哪些格式", "which formats are welcome"),
        "connection" => say("答完以后连接留不留", "whether the connection stays open"),
        "content-length" => say("正文有几个字节", "how many bytes the body has"),
        "content-type" => say("正文是什么格式", "which format the body has"),
        "date" => say("回答的时间", "when the answer was made"),
        "server" => say("什么程序在回答", "which program answers"),
        "location" => say("请到这里去", "go there"),
        "allow" => say("这里可以用的方法", "the methods that may be used here"),
        "transfer-encoding" => say("正文怎样分块", "how the body is cut into chunks"),
        "via" | "x-forwarded-for" | "forwarded" => say("中间经过了谁", "the proxies on the path"),
        _ => nothing(),
    }
}
