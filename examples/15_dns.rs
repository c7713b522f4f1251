//! 15 DNS：问名字的地址。问和答都是一个 UDP 数据报，里面的字节由我们自己写、自己读。
//! 15 DNS: ask for a name's address. Question and answer are a UDP datagram each, made by hand.
//!
//! 两个终端里运行同一条命令：先到的当名字服务器，后到的去问。
//! Run the same command in two terminals: the first is the name server, the second asks.
//!
//!     cargo run --example 15_dns
//!
//! 这个文件管命令行和服务器。旁边：`ask.rs` 去问，`verify.rs` 辨真假，`table.rs` 是服务器的表，
//! `message.rs` 和 `name.rs` 写、读报文的字节。
//! This file has the command line and the server. Beside it: `ask.rs` asks, `verify.rs` tells an
//! answer from a forgery, `table.rs` is the server's, `message.rs` and `name.rs` have the bytes.
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use ask::query;
use common::{Role, explain, say, usage};
use message::{A, AAAA, CNAME, IN, Question, RCODE};
use table::Table;

#[path = "15_dns/ask.rs"]
mod ask;
#[path = "15_dns/message.rs"]
mod message;
#[path = "15_dns/name.rs"]
mod name;
#[path = "15_dns/screen.rs"]
mod screen;
#[path = "15_dns/table.rs"]
mod table;
#[path = "15_dns/verify.rs"]
mod verify;

// 真的 DNS 在 53 端口；1024 以下的端口要特权，练习用 1053。
// Real DNS has port 53; ports below 1024 need privileges, so we practise on 1053.
const ADDRESS: &str = "127.0.0.1:1053";
const HELP: &str = "\
例 examples:
  cargo run --example 15_dns                              先到当服务器 first come: server
  cargo run --example 15_dns -- server 127.0.0.1:1053 api.example.test=192.0.2.7
  cargo run --example 15_dns -- query www.example.test
  cargo run --example 15_dns -- query web.example.test AAAA @127.0.0.1:1053
用法 usage: [server [ADDR] [NAME=IP…] | query NAME [A|AAAA|CNAME] [@SERVER]]
  ADDR = IP:PORT；SERVER 不写端口就是 53 a SERVER without a port means port 53
状态 status: 0 有答案 answered · 1 没有答案或网络出错 no answer or network error · 2 参数有错 bad argument";

fn main() -> ExitCode {
    common::finish(run())
}

fn run() -> Result<()> {
    let start = common::start(ADDRESS, HELP);
    let words: Vec<&str> = start.rest.iter().map(String::as_str).collect();
    match (start.role, &words[..]) {
        (None, ["query", name, options @ ..]) => {
            let (question, server) = asked(name, options).unwrap_or_else(|error| usage(error));
            query(&question, server)
        }
        // UDP 的端口也只给一个程序：绑定成功就是先到。
        // A UDP port belongs to one program, too: if bind works, we came first.
        (None, []) => match UdpSocket::bind(start.address) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                say("地址有人用，我来问 address in use, so I ask");
                let (question, server) = asked("www.example.test", &[])?;
                query(&question, server)
            }
            bound => serve(bound, start.address, &[]),
        },
        (Some(Role::Server), _) => {
            serve(UdpSocket::bind(start.address), start.address, &start.rest)
        }
        _ => usage(format_args!("看不懂 not understood: {}", words.join(" "))),
    }
}

fn asked(name: &str, options: &[&str]) -> Result<(Question, SocketAddr)> {
    let (name, class) = (name.parse()?, IN);
    let (mut kind, mut server) = (A, ADDRESS.parse()?);
    for option in options {
        if let Some(address) = option.strip_prefix('@') {
            server = server_at(address)?;
            continue;
        }
        kind = match option.to_ascii_uppercase().as_str() {
            "A" => A,
            "AAAA" => AAAA,
            "CNAME" => CNAME,
            _ => bail!("看不懂 not understood: {option}"),
        };
    }
    Ok((Question { name, kind, class }, server))
}

/// 只写了 IP，就是 53 端口：真的名字服务器在那里。
/// An IP alone means port 53, where real name servers are.
fn server_at(text: &str) -> Result<SocketAddr> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok((ip, 53).into());
    }
    let address = text.parse();
    address.with_context(|| format!("地址写错 bad address: {text}"))
}

// ANCHOR: serve
fn serve(bound: io::Result<UdpSocket>, address: SocketAddr, more: &[String]) -> Result<()> {
    let table = Table::new(more).unwrap_or_else(|error| usage(format_args!("{error:#}")));
    let socket = bound.map_err(|error| explain(error, address))?;
    say(format_args!("监听 listening on {}", socket.local_addr()?));
    // 一个数据报读一次；比缓冲区长的部分会丢掉，而问题从来没有这么长。
    // One read per datagram; what exceeds the buffer is lost, and no question is that long.
    let mut buffer = [0; 4096];
    loop {
        // 没有连接，没有 accept：一个套接字收所有人的数据报，recv_from 说是谁寄的。
        // No connection, no accept: one socket gets everybody's datagrams, recv_from says whose.
        let (length, peer) = match socket.recv_from(&mut buffer) {
            // Windows：上一个回答没人收（ICMP），在这里才说。不关下一位的事。
            // Windows tells here that nobody took our last answer (ICMP). The next one may well.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => continue,
            received => received.map_err(|error| explain(error, address))?,
        };
        let Some(answer) = table.answer(&buffer[..length]) else {
            say(format_args!(
                "{peer} 不是问题，不答 not a question, no answer"
            ));
            continue;
        };
        let rcode = screen::rcode_words(answer.flags & RCODE);
        let asked = match answer.questions.first() {
            Some(question) => format!(" {question}"),
            None => String::new(),
        };
        let count = answer.answers.len();
        say(format_args!(
            "{peer} 问 asks{asked}: {rcode}, {count} 条记录 records"
        ));
        // 收信人可能已经不在了；服务器照样服务下一位。
        // The asker may be gone; the server goes on with the next one.
        let _ = socket.send_to(&answer.to_bytes(), peer);
    }
}
// ANCHOR_END: serve
