//! The uwsgi protocol, in which Nginx passes a request on to uWSGI: four bytes, then names and
//! values, each with its length before it. The answer is HTTP.

use std::ops::Range;

use crate::bits::{Header, byte, kinds, nothing, octets, say, short, text};
use crate::names::sentence;
use crate::{Layer, data};
use bilingual::Text;

kinds! {
MODIFIER1 "uwsgi.modifier1" "modifier1 种类" "modifier1"
    "这是哪一种请求。0 是 WSGI 请求：后面是名字和值，再后面是正文。" "Which kind of request this is. 0 is one for WSGI: names and values follow, then the body." "uwsgi-docs, The uwsgi Protocol"
SIZE "uwsgi.datasize" "datasize 数据大小" "datasize"
    "名字和值一共几个字节，正文不算。低字节在前（小端），和 TCP/IP 的首部相反。" "How many bytes the names and values take, without the body. The low byte comes first (little-endian), unlike in the headers of TCP/IP." "uwsgi-docs, The uwsgi Protocol"
MODIFIER2 "uwsgi.modifier2" "modifier2 细分" "modifier2"
    "补充 modifier1。WSGI 请求里是 0。" "Adds to modifier1. It is 0 in a request for WSGI." "uwsgi-docs, The uwsgi Protocol"
NAME_SIZE "uwsgi.name.size" "名字长度" "size of the name"
    "名字有几个字节，低字节在前。" "How many bytes the name has, the low byte first." "uwsgi-docs, The uwsgi vars"
NAME "uwsgi.name" "名字" "name"
    "应用在 environ 里用这个名字找到值。" "The application finds the value in environ under this name." "RFC 3875 §4.1; PEP 3333"
VALUE_SIZE "uwsgi.value.size" "值的长度" "size of the value"
    "值有几个字节，低字节在前；0 表示值是空的。" "How many bytes the value has, the low byte first; 0 is an empty value." "uwsgi-docs, The uwsgi vars"
VALUE "uwsgi.value" "值" "value"
    "一串字节，没有行尾，也不用转义：长度已经说了它到哪里为止。" "A run of bytes, with no line end and no escapes: its length says where it ends." "uwsgi-docs, The uwsgi vars"
BROKEN "uwsgi.broken" "没有分开的字节" "bytes not told apart"
    "前面的长度超出了 datasize，或者名字和值太多，这里不再一个个分开。" "A length before this goes beyond datasize, or there are too many pairs: names and values are not told apart here." "uwsgi-docs, The uwsgi vars"
BODY "uwsgi.body" "请求的正文" "body of the request"
    "HTTP 请求的正文，原样跟在名字和值后面。" "The body of the HTTP request, which follows the names and values as it is." "uwsgi-docs, The uwsgi Protocol"
}

/// Number of bytes of the header.
const HEADER_BYTES: usize = 4;
/// Number of fields that are shown one by one in one segment; the rest is one piece.
const FIELDS_SHOWN_MAX: usize = 800;
/// Number of lines of a body that are shown one by one.
const LINES_SHOWN_MAX: usize = 200;

/// Where a stream stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Whether the header has been read.
    begun: bool,
    /// Number of bytes of names and values that are still to come.
    left: usize,
    at: At,
    /// The first byte of a length whose second one is in the next segment.
    low: Option<u8>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum At {
    #[default]
    NameSize,
    /// This many bytes of the name are left.
    Name(usize),
    ValueSize,
    Value(usize),
    /// A length cannot be true: nothing up to the body can be told apart.
    Lost,
}

/// Whether a request for WSGI starts here, on the port of uWSGI.
pub(crate) fn is_request(port: u16, bytes: &[u8]) -> bool {
    const PORT: u16 = 3031;
    port == PORT && bytes.len() >= HEADER_BYTES && bytes[0] == 0 && bytes[3] == 0
}

/// A request, or the next part of one; its label and words where it says what is asked for.
pub(crate) fn request(
    frame: &[u8],
    bytes: Range<usize>,
    state: &mut State,
    from: &Text,
) -> (Layer, Option<(String, Text)>) {
    let mut header = Header::new(frame, bytes);
    if !state.begun {
        head(&mut header, state);
    }
    let mut asked = Asked::default();
    for _ in 0..FIELDS_SHOWN_MAX {
        if header.left() == 0 || state.left == 0 {
            break;
        }
        field(&mut header, state, &mut asked);
    }
    if state.left > 0 {
        // The end of the segment, or more fields than are shown.
        if header.left() > 0 {
            state.at = At::Lost;
        }
        lost(&mut header, state);
    }
    let body = header.left() / 8;
    data::lines_of(&mut header, &BODY, body, LINES_SHOWN_MAX);
    (header.finish(7, "uwsgi"), asked.words(from))
}

fn head(header: &mut Header, state: &mut State) {
    header.put(
        &MODIFIER1,
        8,
        "0".to_owned(),
        say("WSGI 请求", "a request for WSGI"),
    );
    let [low, high] = [0, 1].map(|at| byte(header.bytes(2), at));
    let size = u16::from_le_bytes([low, high]);
    header.put(&SIZE, 16, size.to_string(), sum(low, high));
    header.number(&MODIFIER2, 8);
    state.begun = true;
    state.left = usize::from(size);
}

/// How a little-endian number comes about.
fn sum(low: u8, high: u8) -> Text {
    text(
        format!("低字节在前：{low} + {high} × 256"),
        format!("low byte first: {low} + {high} × 256"),
    )
}

/// Names the next field, or what there is of it; at least a byte, or it is lost.
fn field(header: &mut Header, state: &mut State, asked: &mut Asked) {
    let here = (header.left() / 8).min(state.left);
    match state.at {
        At::NameSize | At::ValueSize => size(header, state, here),
        At::Name(length) => {
            let count = length.min(here);
            let name = String::from_utf8_lossy(header.bytes(count)).into_owned();
            let meaning = origin(&name);
            header.put(&NAME, count * 8, data::written(&name), meaning);
            asked.name = name;
            state.left -= count;
            state.at = match length - count {
                0 => At::ValueSize,
                more => At::Name(more),
            };
        }
        At::Value(length) => {
            let count = length.min(here);
            let value = String::from_utf8_lossy(header.bytes(count)).into_owned();
            header.put(&VALUE, count * 8, data::written(&value), nothing());
            asked.value(value);
            state.left -= count;
            state.at = match length - count {
                0 => At::NameSize,
                more => At::Value(more),
            };
        }
        At::Lost => lost(header, state),
    }
}

/// A length of two bytes, which may be cut between them.
fn size(header: &mut Header, state: &mut State, here: usize) {
    let (kind, is_name) = match state.at {
        At::NameSize => (&NAME_SIZE, true),
        _ => (&VALUE_SIZE, false),
    };
    let first = byte(header.bytes(1), 0);
    let (count, low, high) = match state.low.take() {
        Some(low) => (1, low, first),
        None if here >= 2 => (2, first, byte(header.bytes(2), 1)),
        None if state.left < 2 => {
            state.at = At::Lost;
            return;
        }
        None => {
            let meaning = say(
                "低字节，高字节还没有来",
                "the low byte; the high one is still to come",
            );
            header.put(kind, 8, first.to_string(), meaning);
            state.low = Some(first);
            state.left -= 1;
            return;
        }
    };
    let length = usize::from(u16::from_le_bytes([low, high]));
    state.left -= count;
    // Behind a name there is at least the length of its value.
    let fits = length + usize::from(is_name) * 2 <= state.left;
    let meaning = match fits {
        true => octets(length as u64),
        false => say(
            "比剩下的还多：请求有错",
            "more than is left: the request is wrong",
        ),
    };
    header.put(kind, count * 8, length.to_string(), meaning);
    state.at = match (fits, is_name, length) {
        (false, _, _) => At::Lost,
        (true, true, 0) => At::ValueSize,
        (true, true, length) => At::Name(length),
        (true, false, 0) => At::NameSize,
        (true, false, length) => At::Value(length),
    };
}

/// Bytes up to the body that are not told apart.
fn lost(header: &mut Header, state: &mut State) {
    let count = (header.left() / 8).min(state.left);
    header.octets(&BROKEN, count, octets(count as u64));
    state.left -= count;
}

/// Where a value comes from.
fn origin(name: &str) -> Text {
    match name {
        "REQUEST_METHOD" | "REQUEST_URI" | "PATH_INFO" | "QUERY_STRING" | "SERVER_PROTOCOL" => {
            say("从请求行来", "from the request line")
        }
        "CONTENT_TYPE" | "CONTENT_LENGTH" => say("请求的正文", "the body of the request"),
        "SERVER_NAME" | "SERVER_PORT" => say("代理的网站和端口", "the proxy's site and port"),
        "REMOTE_ADDR" | "REMOTE_PORT" => say(
            "来客：代理看到的对端",
            "the guest: the peer that the proxy sees",
        ),
        _ if name.starts_with("HTTP_") => say("从首部字段来", "from a header field"),
        _ => nothing(),
    }
}

/// What is asked for, as far as this segment says.
#[derive(Default)]
struct Asked {
    /// The last name.
    name: String,
    method: String,
    target: String,
}

impl Asked {
    fn value(&mut self, value: String) {
        match self.name.as_str() {
            "REQUEST_METHOD" => self.method = value,
            "REQUEST_URI" => self.target = value,
            _ => {}
        }
    }

    fn words(&self, from: &Text) -> Option<(String, Text)> {
        let Self { method, target, .. } = self;
        if method.is_empty() {
            return None;
        }
        let zh = format!("用 uwsgi 请求：{method} {target}");
        let en = format!("asks in uwsgi: {method} {target}");
        let label = short(&format!("{method} {target}"));
        Some((label, sentence(from, &zh, &en)))
    }
}
