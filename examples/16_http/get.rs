//! 客户端：把 URL 拆开，连接，发一个请求，读一个回答。
//! The client: take a URL apart, connect, send one request, read one answer.
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::{thread, time::Duration};

use anyhow::{Context, Result, anyhow, bail, ensure};
use colored::Colorize;
use common::{explain, printable, say, show, usage};

use crate::message::{self, Body, Response};
use crate::wire::Wire;

// 服务器能让我们等、能让我们存，所以两样都要有上限。
// The server can make us wait and make us store, so both have a bound.
const PATIENCE: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);
const HEAD: usize = 16 * 1024;
const LIMIT: u64 = 1024 * 1024;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
}

// ANCHOR: get
pub(crate) fn get(method: &str, urls: &[&str]) -> Result<()> {
    let read = |text: &&str| parse(text).unwrap_or_else(|error| usage(format_args!("{error:#}")));
    let urls: Vec<Url> = urls.iter().map(read).collect();
    let mut open: Option<Wire> = None;
    for (number, url) in urls.iter().enumerate() {
        // 同一个服务器的下一个 URL 接着用这条连接：省一次握手。
        // The next URL of the same server goes over the same connection: no new handshake.
        let mut wire = match open.take() {
            Some(wire) => wire,
            None => connect(url)?,
        };
        let more = urls
            .get(number + 1)
            .is_some_and(|next| next.host_field() == url.host_field());
        let place = || url.host_field();
        ask(&mut wire, method, url, more).map_err(|error| explain(error, place()))?;
        if show_answer(&mut wire, method).with_context(place)? && more {
            wire.patience(PATIENCE);
            open = Some(wire);
        }
    }
    Ok(())
}

fn ask(wire: &mut Wire, method: &str, url: &Url, more: bool) -> io::Result<()> {
    // 请求行，字段，空行。每行以 CRLF 结尾；最后一次就请对方答完关闭。
    // Request line, fields, empty line, each ended by CRLF. The last one asks to close after it.
    let close = if more { "" } else { "Connection: close\r\n" };
    let (path, host) = (&url.path, url.host_field());
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: 16_http\r\n{close}\r\n");
    for line in request.lines() {
        say(format!("{} {line}", "→".green()).trim_end());
    }
    wire.send(request.as_bytes())
}
// ANCHOR_END: get

fn connect(url: &Url) -> Result<Wire> {
    let address = lookup(url)?;
    let stream = TcpStream::connect_timeout(&address, CONNECT);
    let wire = Wire::new(stream.map_err(|error| explain(error, address))?, PATIENCE);
    say(format_args!("已连接 connected to {address}"));
    Ok(wire)
}

/// 打印一个回答；`true`：连接还能接着用。
/// Prints an answer; `true`: the connection can be used again.
fn show_answer(wire: &mut Wire, method: &str) -> Result<bool> {
    let response = response(wire, method)?;
    for line in &response.lines {
        say(format_args!("{} {}", "←".cyan(), printable(line)));
    }
    say("←".cyan());
    let mut content = Vec::new();
    let end = read_body(wire, response.body, &mut content);
    print(&content);
    end.map_err(|error| wrong(error, content.len()))?;
    if let (300..400, Some(to)) = (response.status, &response.location) {
        // 跟着走可能永远走不完，也可能被带到别处：要不要去，由人决定。
        // Following may never end, or lead elsewhere: that is for the reader to decide.
        let to = printable(to);
        say(format_args!("搬走了，没有跟去 moved, not followed: {to}"));
    }
    Ok(response.keep_alive && response.body != Body::UntilClose)
}

// ANCHOR: url
/// `http://host:port/path?query#fragment`。`#` 后面只归浏览器用，不发送。
/// What follows `#` is for the browser alone and is not sent.
pub(crate) fn parse(text: &str) -> Result<Url> {
    let (scheme, rest) = text
        .split_once("://")
        .context("URL 要以 http:// 开头 must start so")?;
    if scheme.eq_ignore_ascii_case("https") {
        bail!("https 要 TLS，见 17_tls needs TLS, see 17_tls");
    }
    ensure!(
        scheme.eq_ignore_ascii_case("http"),
        "只会 http:// only http://: {scheme}"
    );
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    // `[::1]:80` 里有许多冒号，端口是方括号后面的那个。
    // `[::1]:80` has many colons; the port comes after the bracket.
    let colon = authority
        .rfind(':')
        .filter(|&at| !authority[at..].contains(']'));
    let (host, port) = authority.split_at(colon.unwrap_or(authority.len()));
    let port = match port.strip_prefix(':') {
        None | Some("") => 80,
        Some(port) => port.parse().with_context(|| format!("端口 port: {port}"))?,
    };
    let good = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
    ensure!(
        !host.is_empty() && host.chars().all(good),
        "主机名写错 bad host: {host:?}"
    );
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok(Url {
        host: host.to_owned(),
        port,
        path: format!("{slash}{}", encode(path)),
    })
}

impl Url {
    /// 80 是默认的端口，不用写；别的必须写。
    /// 80 is the default port and needs no word; any other does.
    fn host_field(&self) -> String {
        match self.port {
            80 => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }
}

/// 汉字和空格写成 `%E4…`。控制字符也是：换行若原样发出，就能多添一个字段。
/// Chinese and spaces become `%E4…`, control characters too: a raw line end could add a field.
fn encode(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b);
    let code = |b: u8| {
        if plain(b) {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    path.bytes().map(code).collect()
}
// ANCHOR_END: url

/// 名字变成地址。系统的查询没有期限，所以放在另一个线程里，只等 5 秒。
/// A name becomes an address. The system's lookup has no deadline: use a thread, wait 5 s.
fn lookup(url: &Url) -> Result<SocketAddr> {
    let (tell, told) = mpsc::channel();
    let name = (url.host.trim_matches(['[', ']']).to_owned(), url.port);
    thread::spawn(move || tell.send(name.to_socket_addrs().map(|mut all| all.next())));
    let place = || format!("查名字 looking up {}", url.host);
    let found = told
        .recv_timeout(CONNECT)
        .with_context(place)?
        .with_context(place)?;
    found.with_context(place)
}

// ANCHOR: response
fn response(wire: &mut Wire, method: &str) -> Result<Response> {
    // 1xx 是“请稍等”，后面才是回答；不能没完没了。
    // 1xx means "wait"; the answer comes after it. It must not go on for ever.
    for _ in 0..8 {
        let head = wire.head(HEAD).map_err(|error| wrong(error, 0))?;
        let response = message::response(&head, method);
        let response = response.map_err(|why| anyhow!("看不懂回答 not understood: {why}"))?;
        if response.status >= 200 || response.status == 101 {
            return Ok(response);
        }
    }
    bail!("一直叫我等 told to wait again and again")
}

/// 正文读到首部说的地方为止，最多 1 MiB。
/// The body ends where the head says, and at 1 MiB.
fn read_body(wire: &mut Wire, body: Body, content: &mut Vec<u8>) -> io::Result<()> {
    match body {
        Body::None => Ok(()),
        // 长度是对方说的：先看上限，再按到了多少存多少，不预先分配。
        // The length is the peer's claim: check it, then store what comes. Allocate nothing ahead.
        Body::Length(length) if length > LIMIT => Err(ErrorKind::FileTooLarge.into()),
        Body::Length(length) => wire.exactly(length, content),
        Body::Chunked => loop {
            let size = message::chunk_size(&wire.line(256)?).ok_or(ErrorKind::InvalidData)?;
            if content.len() as u64 + size > LIMIT {
                return Err(ErrorKind::FileTooLarge.into());
            }
            wire.exactly(size, content)?;
            if size == 0 {
                return trailer(wire);
            }
            if !wire.line(0)?.is_empty() {
                return Err(ErrorKind::InvalidData.into());
            }
        },
        // 没有说长度，就读到 FIN；中途断掉和正常结束看起来一样。
        // No length: read to the FIN. A cut looks the same as an end.
        Body::UntilClose => {
            while wire.some(content)? {
                if content.len() as u64 > LIMIT {
                    return Err(ErrorKind::FileTooLarge.into());
                }
            }
            Ok(())
        }
    }
}

/// 最后一块后面还可以有字段，到空行为止。
/// Fields may follow the last chunk, up to an empty line.
fn trailer(wire: &mut Wire) -> io::Result<()> {
    for _ in 0..32 {
        if wire.line(1024)?.is_empty() {
            return Ok(());
        }
    }
    Err(ErrorKind::InvalidData.into())
}
// ANCHOR_END: response

fn wrong(error: io::Error, came: usize) -> anyhow::Error {
    let words = match error.kind() {
        ErrorKind::UnexpectedEof => "没说完就关闭了 closed before the end",
        ErrorKind::InvalidData => "看不懂，或者太长 not understood, or too long",
        ErrorKind::FileTooLarge => "正文超过 1 MiB，不收 body over 1 MiB, refused",
        _ => {
            return explain(
                error,
                format_args!("已收到正文 {came} 字节 bytes of the body"),
            );
        }
    };
    anyhow!("{words}，已收到正文 {came} 字节 bytes of the body")
}

fn print(content: &[u8]) {
    let text = String::from_utf8_lossy(content);
    if content.contains(&0) {
        say(format_args!(
            "（二进制 binary，{} 字节 bytes）",
            content.len()
        ));
    } else if !text.is_empty() {
        show(format_args!(
            "{}{}",
            printable(&text),
            if text.ends_with('\n') { "" } else { "\n" }
        ));
    }
}
