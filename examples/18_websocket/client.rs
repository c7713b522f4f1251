//! 终端里的客户端：一个线程管键盘，一个线程管服务器说的话。
//! The client in a terminal: one thread for the keyboard, one for what the server says.
use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use common::{explain, printable, say};

use super::handshake::{self, HEAD};
use super::incoming::{End, Incoming};
use super::options::Options;
use super::outgoing::{Outgoing, one_line};
use super::wire::Wire;
use super::{DEADLINE, GRACE, HANDSHAKE};

/// 服务器的一行比客人的长：前面有名字。
/// A line of the server is longer than a guest's: a name is in front.
const LIMIT: usize = 64 * 1024;

// ANCHOR: client
pub(crate) fn client(address: SocketAddr, options: &Options) -> Result<()> {
    let broken = |error| explain(error, address);
    let stream = TcpStream::connect_timeout(&address, DEADLINE).map_err(broken)?;
    let stream = Arc::new(stream);
    say(format_args!("已连接 connected to {address}"));
    let mut wire = Wire::new(stream.try_clone().map_err(broken)?, HANDSHAKE);
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).context("随机数 random bytes")?;
    let host = address.to_string();
    let (request, expected) = handshake::ask(&host, nonce, options.origin.as_deref());
    show(options, "→", &request);
    wire.send(request.as_bytes()).map_err(broken)?;
    // 回答到空行为止。它后面的字节已经是帧，留在 `wire` 里。
    // The answer ends at the empty line. Bytes after it are frames already, and stay in `wire`.
    let head = wire.head(HEAD).map_err(broken)?;
    show(options, "←", &String::from_utf8_lossy(&head));
    handshake::check(&head, &expected).map_err(|why| anyhow!("{}", one_line(&why)))?;
    say("握手完成，以后都是帧 handshake done, frames from here on");

    let writing = Wire::new(stream.try_clone().map_err(broken)?, DEADLINE);
    let outgoing = Arc::new(Outgoing::new(writing, true, options.frames));
    let (ours, socket) = (Arc::clone(&outgoing), Arc::clone(&stream));
    thread::spawn(move || keyboard(&ours, &socket));

    let mut incoming = Incoming::new(wire, false, LIMIT, options.frames);
    loop {
        match incoming.text(&outgoing, options.ping) {
            Ok(_) if options.frames => {}
            Ok(text) => say(one_line(&text)),
            Err(End::Closed(code)) => {
                incoming.wait_for_fin();
                let code = code.map_or("1005".to_owned(), |code| code.to_string());
                say(format_args!("聊天结束 the chat is over: {code}"));
                return Ok(());
            }
            Err(End::Failed(fault)) => bail!("{}: {}", fault.code, fault.why),
            Err(End::Quiet) => bail!("对方不回答 ping no answer to ping: {address}"),
            Err(End::Gone | End::Ours) => bail!("没有 Close 就断了 gone without Close: {address}"),
        }
    }
}
// ANCHOR_END: client

fn keyboard(outgoing: &Outgoing, socket: &TcpStream) {
    for line in io::stdin().lines() {
        let sent = line.and_then(|line| outgoing.texts(&[line]));
        if sent.is_err() {
            break;
        }
    }
    // 键盘结束就说 Close：服务器也说一声，再关连接。它不理，就不等了，停在 read 里的主线程也醒来。
    // End of input says Close: the server says it too, and closes. If it does not, do not wait: the
    // main thread, in read, wakes up.
    outgoing.close(Some(1000));
    thread::sleep(GRACE);
    let _ = socket.shutdown(Shutdown::Both);
}

fn show(options: &Options, arrow: &str, head: &str) {
    if !options.frames {
        return;
    }
    for line in head.trim_end().split("\r\n").chain([""]) {
        let line = format!("{arrow} {}", printable(line));
        say(line.trim_end());
    }
}
