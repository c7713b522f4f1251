//! 练习 http_server 的一种解法：每条连接一个线程，请求一个接一个。
//! A solution of the exercise http_server: a thread a connection, one request after another.
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use std::{env, thread};

// 对方能让我们等、让我们存、让我们开线程：三样都有上限。
// Peers can make us wait, make us store, and make us start threads: each has a bound.
const PATIENCE: Duration = Duration::from_secs(10);
const HEAD: u64 = 16 * 1024;
const CONNECTIONS: usize = 200;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    let seats = Arc::new(());
    for stream in listener.incoming() {
        // 客满：`stream` 在这里关闭。
        // Full: `stream` closes here.
        if Arc::strong_count(&seats) > CONNECTIONS {
            continue;
        }
        // 在线程里回答：浏览器多开的、不说话的连接，挡不住别人。
        // Answer in a thread: a spare connection that says nothing holds up nobody.
        let seat = Arc::clone(&seats);
        thread::spawn(move || {
            if let Err(error) = stream.and_then(serve) {
                eprintln!("{error}");
            }
            drop(seat);
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    // 不说话的，不读的，等到期限就放手；`?` 返回，连接关闭。
    // Let go of who does not speak, or does not read, in time; `?` returns, and it closes.
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // 每个响应一次写完，不必等上一个的 ACK（Nagle 算法会等）。
    // A response is one write, and need not wait for the last one's ACK, as Nagle's algorithm does.
    stream.set_nodelay(true)?;
    // 同一个 BufReader 读所有的请求：一次 read 可能带来好几个，多出来的留在里面。
    // One BufReader for all requests: one read may bring several, and the rest stays in it.
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let answer = match head(&mut reader)? {
            // 在两个请求之间结束是正常的；请求没说完就结束，也没有人可以回答了。
            // An end between requests is the usual one; within a request, nobody is left to answer.
            Head::End => return Ok(()),
            Head::TooLong => Answer::refuse("431 Request Header Fields Too Large"),
            Head::Lines(lines) => answer(&lines),
        };
        // 拼好再写：首部和正文一次 write。
        // Put together first: head and body in one write.
        stream.write_all(answer.bytes().as_bytes())?;
        if answer.last {
            return Ok(());
        }
    }
}

enum Head {
    Lines(Vec<String>),
    TooLong,
    End,
}

/// 一个请求的首部，到空行为止；read_until 自己会读很多次。
/// The head of one request, up to its empty line; read_until reads as often as it takes.
fn head(reader: &mut impl BufRead) -> io::Result<Head> {
    // 整个首部共用一个上限。
    // One bound for the whole head.
    let mut reader = reader.take(HEAD);
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        match line.as_slice() {
            // 空行：首部完了。第一行之前的空行不算（RFC 9112 §2.2）。
            // An empty line: the head is done. One before the first line does not count (§2.2).
            b"\r\n" | b"\n" if lines.is_empty() => {}
            b"\r\n" | b"\n" => return Ok(Head::Lines(lines)),
            [.., b'\n'] => lines.push(String::from_utf8_lossy(&line).trim_end().to_owned()),
            // 没有 \n 就回来了：到了上限，或者连接完了。
            // It came back without \n: at the bound, or at the end of the connection.
            _ if reader.limit() == 0 => return Ok(Head::TooLong),
            _ => return Ok(Head::End),
        }
    }
}

/// 一个响应；`last`：写完就关。
/// A response; `last`: close after it.
struct Answer {
    status: &'static str,
    body: &'static str,
    head_only: bool,
    last: bool,
}

/// 纯函数：首部的行进来，回答出去。
/// A pure function: the lines of a head come in, an answer goes out.
fn answer(lines: &[String]) -> Answer {
    // 恰好三个词；不猜少了哪一个。
    // Exactly three words; do not guess which one is missing.
    let words: Vec<&str> = lines[0].split(' ').collect();
    let [method, path, "HTTP/1.1"] = words[..] else {
        return Answer::refuse("400 Bad Request");
    };
    // 一个地址可以有许多网站，Host 说要哪一个：必须有，而且只有一个（RFC 9112 §3.2）。
    // One address may have many sites, and Host says which: there must be one (RFC 9112 §3.2).
    if values(lines, "host").count() != 1 {
        return Answer::refuse("400 Bad Request");
    }
    // 只会 GET 和 HEAD。别的请求可能有正文，我们不读它，所以答完就关：
    // 不关，正文就会被当成下一个请求。
    // GET and HEAD are all we do. Another request may have a body, which we do not read: close
    // after the answer, or the body would be taken for the next request.
    if !["GET", "HEAD"].contains(&method) {
        return Answer::refuse("501 Not Implemented");
    }
    // 404 也是完整的响应，连接不关。
    // A 404 is a whole response, too, and the connection stays.
    let (status, body) = match path {
        "/" => ("200 OK", "首页\n"),
        "/hello.txt" => ("200 OK", "你好，世界\nHello, world\n"),
        "/empty" => ("200 OK", ""),
        _ => ("404 Not Found", "没有这一页 no such page\n"),
    };
    let says_close = |value: &str| value.eq_ignore_ascii_case("close");
    // GET 也可能带正文，同样没有人读它。
    // A GET may carry a body as well, and nobody reads that, either.
    let has_body = |name| values(lines, name).any(|value| value != "0");
    Answer {
        status,
        body,
        head_only: method == "HEAD",
        last: values(lines, "connection").any(says_close)
            || has_body("content-length")
            || has_body("transfer-encoding"),
    }
}

/// 这个名字的所有字段；名字不分大小写。
/// All fields of this name; names ignore case.
fn values<'a>(lines: &'a [String], wanted: &str) -> impl Iterator<Item = &'a str> {
    let fields = lines[1..].iter().filter_map(|line| line.split_once(':'));
    fields
        .filter(move |(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.trim())
}

impl Answer {
    /// 对方不守规定：下一个请求从哪里开始也靠不住了，答完就关。
    /// The peer breaks the rules: where its next request begins is not certain, so close.
    fn refuse(status: &'static str) -> Self {
        Self {
            status,
            body: "",
            head_only: false,
            last: true,
        }
    }

    fn bytes(&self) -> String {
        // 长度是字节数，不是字数：len() 数的正是 UTF-8 的字节。HEAD 也照样说长度。
        // The length is in bytes, not characters: len() counts bytes of UTF-8. HEAD tells it too.
        let (status, length) = (self.status, self.body.len());
        let close = if self.last {
            "Connection: close\r\n"
        } else {
            ""
        };
        let body = if self.head_only { "" } else { self.body };
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {length}\r\n{close}\r\n{body}"
        )
    }
}
