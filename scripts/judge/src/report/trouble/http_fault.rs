//! The description of a fault in an HTTP response. Pure.

use bilingual::Lang;

use super::surplus;
use crate::check::quoted;
use crate::verdict::HttpFault;

/// What is wrong with the response, and how it should be.
pub(super) fn of(fault: &HttpFault, lang: Lang) -> String {
    let both = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    match fault {
        HttpFault::NotHttp(line) => {
            let line = quoted(line);
            lang.pick(
                format!("响应的开头是 {line}。HTTP/1.1 的响应以状态行开头，例如 HTTP/1.1 200 OK。"),
                format!("The answer begins with {line}. An HTTP/1.1 response begins with a status line, such as HTTP/1.1 200 OK."),
            )
        }
        HttpFault::LineEnd(line) => {
            let line = quoted(line);
            lang.pick(
                format!("这一行只以 \\n 结束：{line}。HTTP 首部的每一行都以 \\r\\n 结束。"),
                format!("This line ends with \\n alone: {line}. Every line of the header section ends with \\r\\n."),
            )
        }
        HttpFault::NoEnd => both(
            "首部没有结束：最后一个字段之后，还要一个空行（\\r\\n）。",
            "The header section has no end: an empty line (\\r\\n) must follow its last field.",
        ),
        HttpFault::Field(line) => {
            let line = quoted(line);
            lang.pick(
                format!("首部里这一行不是字段：{line}。字段写成“名字: 值”，冒号紧跟在名字后面。"),
                format!("This line of the header section is not a field: {line}. A field is \"Name: value\", with the colon directly after the name."),
            )
        }
        HttpFault::Status { wanted, came } => lang.pick(
            format!("状态码是 {came}，应该是 {wanted}。"),
            format!("The status is {came}, but should be {wanted}."),
        ),
        HttpFault::NoLength => both(
            "响应里没有 Content-Length：对方不知道正文到哪里为止。",
            "The response has no Content-Length: the peer cannot know where the body ends.",
        ),
        HttpFault::BadLength(value) => {
            let value = quoted(value);
            lang.pick(
                format!("Content-Length 应该是一个十进制数，这里是 {value}。"),
                format!("Content-Length should be a decimal number, but is {value}."),
            )
        }
        HttpFault::Chunked => both(
            "正文是分块发送的（Transfer-Encoding）：这个练习要先算出长度，写在 Content-Length 里。",
            "The body is sent in chunks (Transfer-Encoding). In this exercise, find its length first and state it in Content-Length.",
        ),
        HttpFault::Short { said, came } => lang.pick(
            format!("正文比 Content-Length 说的短：说的是 {said} 个字节，只来了 {came} 个。它数的是字节，不是字。"),
            format!("The body is shorter than Content-Length says: it says {said} bytes, but only {came} came. It counts bytes, not characters."),
        ),
        HttpFault::OtherLength { said, wanted } => lang.pick(
            format!("Content-Length 是 {said}，应该是 {wanted}：响应 HEAD 时，它和响应 GET 时一样，数的是字节。"),
            format!("Content-Length is {said}, but should be {wanted}: it is the same for HEAD as for GET, and counts bytes."),
        ),
        HttpFault::HeadBody(more) => {
            let more = surplus(more, lang);
            lang.pick(
                format!("对 HEAD 的响应只有首部，没有正文，这里却多了 {more}。"),
                format!("The answer to HEAD has a header section and no body, but here this follows: {more}."),
            )
        }
        HttpFault::Long { said, more } => {
            let more = surplus(more, lang);
            lang.pick(
                format!("正文比 Content-Length 说的长：说的是 {said} 个字节，后面还有 {more}。它数的是字节，不是字。"),
                format!("The body is longer than Content-Length says: it says {said} bytes, but after them came {more}. It counts bytes, not characters."),
            )
        }
    }
}
