//! 16 HTTP：取一个 URL，或者把一个文件夹变成网站。
//! 16 HTTP: get a URL, or make a folder a web site.
//!
//! 第一个终端当服务器，以后的去取首页；浏览器和 `curl` 也是客户端。
//! The first terminal is the server, later ones get its front page; so do a browser and `curl`.
//!
//!     cargo run --example 16_http
//!
//! 这个文件接待连接。`16_http/` 里，`message.rs` 和 `fields.rs` 管语法，`wire.rs` 管读写和期限。
//! 服务器：`answer.rs` 管一条连接上的请求和回答，`site.rs` 管路径和文件。客户端：`get.rs` 去取，
//! `url.rs` 拆 URL，`reader.rs` 读回答。
//! This file accepts. In `16_http/`, `message.rs` and `fields.rs` have the syntax, `wire.rs` reads
//! and writes in time. The server: `answer.rs` has the requests of a connection, `site.rs` the
//! files. The client: `get.rs` fetches, `url.rs` takes URLs apart, `reader.rs` reads the answer.
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::mpsc::{self, SyncSender};
use std::{fs, process::ExitCode, sync::Arc, thread, thread::Builder, time::Duration};

use anyhow::{Context, Result, ensure};
use common::{explain, say, usage};

#[path = "16_http/answer.rs"]
mod answer;
#[path = "16_http/fields.rs"]
mod fields;
#[path = "16_http/get.rs"]
mod get;
#[path = "16_http/message.rs"]
mod message;
#[path = "16_http/reader.rs"]
mod reader;
#[path = "16_http/site.rs"]
mod site;
#[path = "16_http/url.rs"]
mod url;
#[path = "16_http/wire.rs"]
mod wire;

const ADDRESS: &str = "127.0.0.1:8080";
const SITE: &str = "examples/16_http/site";
const HELP: &str = "\
例 examples:
  cargo run --example 16_http                        先到当服务器 first come: server
  cargo run --example 16_http -- serve examples/16_http/site 127.0.0.1:8080
  cargo run --example 16_http -- get http://127.0.0.1:8080/你好.txt
  cargo run --example 16_http -- head http://127.0.0.1:8080/
用法 usage: [serve DIR [ADDR] | get URL… | head URL…]    ADDR = IP:PORT
结束 end: Ctrl-C
状态 status: 0 收到完整的回答 a whole answer came · 1 网络出错 network error
             2 参数有错 bad argument";
// ANCHOR: bounds
// 每条连接一个线程；满了就答 503，这些线程也有上限；再多就直接关闭。
// A thread per connection. If full, answer 503: those threads are bounded too. Beyond: close.
const CONNECTIONS: usize = 64;
const WAITING: usize = 16;
// ANCHOR_END: bounds

fn main() -> ExitCode {
    let rest = common::start(ADDRESS, HELP).rest;
    let words: Vec<&str> = rest.iter().map(String::as_str).collect();
    common::finish(match words[..] {
        [] => first_come(),
        ["serve", folder] => serve(folder, bind(ADDRESS)),
        ["serve", folder, address] => serve(folder, bind(address)),
        [method @ ("get" | "head"), ref urls @ ..] if !urls.is_empty() => {
            get::get(&method.to_uppercase(), urls)
        }
        _ => usage(format_args!("看不懂 not understood: {}", words.join(" "))),
    })
}

fn first_come() -> Result<()> {
    match bind(ADDRESS) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            get::get("GET", &[&format!("http://{ADDRESS}/")])
        }
        bound => serve(SITE, bound),
    }
}

fn bind(address: &str) -> io::Result<TcpListener> {
    let Ok(parsed) = address.parse::<SocketAddr>() else {
        usage(format_args!(
            "地址写错 bad address: {address}（{ADDRESS}？）"
        ));
    };
    TcpListener::bind(parsed)
        .map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
}

// ANCHOR: serve
fn serve(folder: &str, bound: io::Result<TcpListener>) -> Result<()> {
    let listener = bound.map_err(|error| explain(error, "监听 listening"))?;
    // 先把路上的符号链接走完，以后才比得出一个文件在不在里面。
    // Follow the symbolic links of the path first, so that "inside" can be told later.
    let place = || format!("网站的文件夹 the folder of the site: {folder}");
    let root = fs::canonicalize(folder).with_context(place)?;
    ensure!(root.is_dir(), "不是文件夹 not a folder: {folder}");
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    // 屏幕停住（Ctrl-S）也不让客人等：日志排队，放不下就丢。
    // If the screen stands still (Ctrl-S), nobody waits: lines queue, and are dropped if there are too
    // many.
    let (log, lines) = mpsc::sync_channel::<String>(1024);
    thread::spawn(move || {
        for line in lines {
            say(line);
        }
    });
    accept(&listener, &root.into(), &log);
    Ok(())
}
// ANCHOR_END: serve

// ANCHOR: accept
fn accept(listener: &TcpListener, root: &Arc<Path>, log: &SyncSender<String>) {
    // 每个线程拿着它的一份，结束时放手；份数减 1，就是现在有几个线程。
    // Each thread holds a copy and drops it at its end: the copies, less one, count the threads.
    let threads = Arc::new(());
    for stream in listener.incoming() {
        let busy = Arc::strong_count(&threads) - 1;
        if busy >= CONNECTIONS + WAITING {
            continue;
        }
        let (root, log, counted) = (Arc::clone(root), log.clone(), Arc::clone(&threads));
        let started = match stream {
            Ok(stream) => Builder::new().spawn(move || {
                answer::connection(stream, &root, busy >= CONNECTIONS, &log);
                drop(counted);
            }),
            Err(error) => Err(error),
        };
        // 描述符用完（EMFILE）时 accept 立刻失败，连接还在排队：歇一下再试，不空转，也不退出。
        // Out of descriptors (EMFILE) accept fails at once: rest, then try again. No spin, no exit.
        if started.is_err() {
            thread::sleep(Duration::from_millis(100));
        }
    }
}
// ANCHOR_END: accept
