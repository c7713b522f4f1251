//! 客户端：连接，发一个请求，读一个回答，打印。
//! The client: connect, send one request, read one answer, print it.
use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::{thread, time::Duration};

use anyhow::{Context, Result};
use colored::Colorize;
use common::{explain, printable, say, show, usage};

use crate::message::Body;
use crate::reader::{read_body, response, wrong};
use crate::url::{Url, parse};
use crate::wire::Wire;

// 服务器能让我们等，所以要有期限；能让我们存多少，由 reader.rs 管。
// The server can make us wait, so there are deadlines; reader.rs bounds what we store.
const PATIENCE: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);

// ANCHOR: get
pub(crate) fn get(method: &str, urls: &[&str]) -> Result<()> {
    let mut wanted = Vec::new();
    for text in urls {
        match parse(text) {
            Ok(url) => wanted.push(url),
            Err(error) => usage(format_args!("{error:#}")),
        }
    }
    let mut open: Option<Wire> = None;
    for (number, url) in wanted.iter().enumerate() {
        // 同一个服务器的下一个 URL 接着用这条连接：省一次握手。
        // The next URL of the same server goes over the same connection: no new handshake.
        let mut wire = match open.take() {
            Some(wire) => wire,
            None => connect(url)?,
        };
        let host = url.host_field();
        let more = match wanted.get(number + 1) {
            Some(next) => next.host_field() == host,
            None => false,
        };
        ask(&mut wire, method, url, more).map_err(|error| explain(error, &host))?;
        if show_answer(&mut wire, method).context(host)? && more {
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
    if let (300..400, [to, ..]) = (response.status, &response.fields.all("location")[..]) {
        // 跟着走可能永远走不完，也可能被带到别处：要不要去，由人决定。
        // Following may never end, or lead elsewhere: that is for the reader to decide.
        let to = printable(to);
        say(format_args!("搬走了，没有跟去 moved, not followed: {to}"));
    }
    Ok(response.keep_alive && response.body != Body::UntilClose)
}

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
