//! HTTP/1.1: a start line, header lines, an empty line, a body.

use std::ops::Range;

use crate::bits::{Header, kinds, nothing, say, short};
use crate::names::sentence;
use crate::{Layer, data};
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
}

/// Number of header lines that are shown one by one; the rest is one piece.
const LINES_SHOWN_MAX: usize = 200;

/// Where a stream of messages stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Whether a header has begun and not ended.
    in_header: bool,
    /// Number of bytes of the body that are still to come.
    body: usize,
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
        if left == 0 {
            break;
        }
        if state.in_header {
            line(&mut header, state);
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
        body: 0,
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
    if name == "content-length" {
        state.body = value.trim().parse().unwrap_or(0);
    }
    let meaning = field_meaning(&name);
    header.put(&FIELD, length * 8, data::written(&line), meaning);
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
