//! How the program that a learner begins with fails, and the names of all kinds of failure.

use std::fmt;

use bilingual::Text;
use session::script::lexer::{Mismatch, is_actor, mismatch};

/// `stub VARIANT TROUBLE`: where the stub fails, and what is seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub {
    /// The first variant that it does not pass.
    pub variant: String,
    /// What is seen there: the name of a [`TROUBLES`] entry.
    pub trouble: String,
}

/// The name of every kind of failure, as `stub` and `fits` lines give it, and its meaning in Chinese
/// and in English.
pub const TROUBLES: [(&str, &str, &str); 49] = [
    ("cannot_start", "程序启动不了", "it cannot be started"),
    (
        "ended_at_once",
        "还没有客户端连上来，程序就结束了",
        "it ends before any client connects",
    ),
    (
        "never_listens",
        "没有程序在这个地址上监听",
        "nothing listens at the address",
    ),
    (
        "listens_elsewhere",
        "它在别的地址上监听",
        "it listens at another address",
    ),
    ("never_connects", "它没有连过来", "it does not connect"),
    (
        "refused",
        "后来的连接被拒绝",
        "a later connection is refused",
    ),
    (
        "not_connected",
        "后来的连接没有连上",
        "a later connection is not made",
    ),
    (
        "queue_full",
        "等待 accept 的队列满了",
        "its queue of connections to accept is full",
    ),
    ("flood", "它写个不停", "it writes without end"),
    (
        "gone",
        "程序不该结束，却结束了",
        "it ends, but should still be running",
    ),
    (
        "closed_early",
        "该来的还没来，连接就关了",
        "it closes the connection before everything has come",
    ),
    (
        "reset_early",
        "该来的还没来，连接就被重置了",
        "it resets the connection before everything has come",
    ),
    (
        "output_closed",
        "该打印的还没打印完，输出就关了",
        "it closes its standard output before everything is printed",
    ),
    (
        "too_little",
        "该来的没有来",
        "what was expected does not come",
    ),
    (
        "right_so_far",
        "来的都对，只是太慢",
        "everything that comes is right, but it comes too slowly",
    ),
    (
        "not_reading",
        "它不读发给它的东西",
        "it does not read what is sent to it",
    ),
    (
        "only_at_end",
        "该来的来得太晚，对方结束时才来",
        "what was expected comes only after the peer has ended",
    ),
    (
        "not_printed",
        "它没有打印该打印的就结束了",
        "it ends without printing what was expected",
    ),
    (
        "not_said",
        "该写到标准错误的没有写",
        "it does not write the expected line to standard error",
    ),
    (
        "never_sends",
        "它一个数据报也没有发来",
        "it sends no datagram at all",
    ),
    (
        "sent_nothing",
        "它一个数据报也没有发，就结束了",
        "it ends without sending a datagram",
    ),
    (
        "no_datagram",
        "该来的数据报没有来",
        "an expected datagram does not come",
    ),
    (
        "not_http",
        "发回的不是 HTTP 响应",
        "what it sends back is not an HTTP response",
    ),
    (
        "http_line_end",
        "首部的行没有以 \\r\\n 结束",
        "a line of the header section does not end with \\r\\n",
    ),
    (
        "http_no_end",
        "首部没有结束",
        "the header section does not end",
    ),
    (
        "http_field",
        "首部里有一行不是字段",
        "a line of the header section is not a field",
    ),
    ("http_status", "状态码不对", "the status is wrong"),
    (
        "http_no_length",
        "没有 Content-Length",
        "there is no Content-Length",
    ),
    (
        "http_bad_length",
        "Content-Length 不是一个数",
        "Content-Length is not a number",
    ),
    (
        "http_chunked",
        "正文分块发送，而不是先说长度",
        "the body comes in chunks, without its length first",
    ),
    (
        "http_short",
        "正文比 Content-Length 说的短",
        "the body is shorter than Content-Length says",
    ),
    (
        "http_other_length",
        "Content-Length 不是正文的长度",
        "Content-Length is not the length of the body",
    ),
    (
        "http_head_body",
        "对 HEAD 的响应带了正文",
        "the answer to HEAD has a body",
    ),
    (
        "http_long",
        "正文比 Content-Length 说的长",
        "the body is longer than Content-Length says",
    ),
    (
        "wrong",
        "来的和该来的不一样",
        "what comes differs from what was expected",
    ),
    ("too_much", "来的比该来的多", "more comes than was expected"),
    (
        "not_silent",
        "不该有东西来，却来了",
        "something comes where nothing should",
    ),
    (
        "still_open",
        "它没有关闭连接",
        "it does not close the connection",
    ),
    (
        "no_reset",
        "连接该被重置，却是正常关闭的",
        "it closes the connection instead of resetting it",
    ),
    (
        "not_typed",
        "它没有读标准输入",
        "it does not read its standard input",
    ),
    ("still_running", "它该结束，却还在运行", "it does not end"),
    (
        "wrong_status",
        "它结束的状态不对",
        "it ends with the wrong status",
    ),
    ("memory", "它的内存增长太多", "its memory grows too much"),
    (
        "keeps_processes",
        "客户端走了，它的子进程还在",
        "it keeps child processes of clients that are gone",
    ),
    (
        "keeps_threads",
        "客户端走了，它的线程还在",
        "it keeps threads of clients that are gone",
    ),
    (
        "keeps_descriptors",
        "客户端走了，描述符还开着",
        "it keeps descriptors of clients that are gone",
    ),
    (
        "keeps_memory",
        "客户端走了，内存还占着",
        "it keeps memory of clients that are gone",
    ),
    (
        "not_played",
        "时间到了，没有试",
        "time ran out before it was played",
    ),
    (
        "judge",
        "评判程序自己没法继续",
        "the judge itself cannot continue",
    ),
];

impl Stub {
    /// The meaning of what is seen there.
    #[must_use]
    pub fn words(&self) -> Text {
        let entry = TROUBLES.iter().find(|(name, ..)| *name == self.trouble);
        let (_, zh, en) = entry.copied().unwrap_or_default();
        Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}

/// Reads what follows `stub`.
pub(super) fn read(text: &str) -> Result<Stub, Mismatch> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [variant, trouble] = words[..] else {
        return mismatch(
            "`stub VARIANT TROUBLE`, such as `stub plain closed_early`",
            &format!("stub {text}"),
        );
    };
    if !is_actor(variant) {
        return mismatch("the name of a variant (an ASCII word)", variant);
    }
    if TROUBLES.iter().all(|(name, ..)| *name != trouble) {
        let names: Vec<&str> = TROUBLES.iter().map(|(name, ..)| *name).collect();
        return mismatch(format!("what is seen: {}", names.join(" ")), trouble);
    }
    Ok(Stub {
        variant: variant.to_owned(),
        trouble: trouble.to_owned(),
    })
}

/// Back to the notation.
impl fmt::Display for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stub {} {}", self.variant, self.trouble)
    }
}
