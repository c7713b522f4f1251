//! 19 从网址到进程：名字服务器、反向代理、应用服务器、浏览器，一个请求走一遍。
//! 19 From a URL to a process: name server, reverse proxy, application server, browser; one request.
//!
//! 一条命令启动四个进程，再把四边的记录按时间排好：
//! One command starts four processes and puts what they tell in the order of time:
//!
//!     cargo run --example 19_url_journey
//!
//! 也可以一个终端一个角色，见 `--help`。每个角色一个文件，在 `19_url_journey/` 里。
//! Or one role in each terminal, see `--help`. Each role has its file in `19_url_journey/`.
use std::io::{Read, stdin};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, Builder};
use std::{env, io, process::ExitCode, time::Duration};

use anyhow::Result;
use common::{explain, say, usage};
use trace::Trace;

#[path = "19_url_journey/app.rs"]
mod app;
#[path = "19_url_journey/browser.rs"]
mod browser;
#[path = "19_url_journey/exchange.rs"]
mod exchange;
#[path = "19_url_journey/names.rs"]
mod names;
#[path = "19_url_journey/proxy.rs"]
mod proxy;
#[path = "19_url_journey/trace.rs"]
mod trace;
#[path = "19_url_journey/url.rs"]
mod url;
#[path = "19_url_journey/whole.rs"]
mod whole;

// HTTP 就用 16 的：首部怎样读，正文到哪里为止，那里讲过。
// HTTP is that of 16, where you find how a header section is read and where a body ends.
#[path = "16_http"]
#[allow(dead_code, reason = "16_http uses all of it")]
mod http {
    pub(crate) mod fields;
    pub(crate) mod message;
    pub(crate) mod reader;
    pub(crate) mod wire;
}

// DNS 报文就用 15 的：字节怎样排，那里逐个讲过。
// The DNS message is that of 15, where every byte is explained.
#[path = "15_dns/message.rs"]
#[allow(dead_code, reason = "15_dns uses all of it")]
mod message;
#[path = "15_dns/name.rs"]
mod name;
#[path = "15_dns/table.rs"]
mod table;
#[path = "15_dns/verify.rs"]
mod verify;

// 真正的端口是 53、80；小于 1024 的要特权，所以换大的。
// The real ports are 53 and 80. Below 1024 needs privileges, so these are higher.
const NAMES: &str = "127.0.0.1:5300";
const PROXY: &str = "127.0.0.1:8080";
const APP: &str = "127.0.0.1:8000";
const URL: &str = "http://www.workbook.test:8080/";
const MAX: usize = 64;

const HELP: &str = "\
例 examples:
  cargo run --example 19_url_journey                 全程 the whole way
  cargo run --example 19_url_journey -- --no-app     没有应用服务器 no application server
  cargo run --example 19_url_journey -- http://wwww.workbook.test/
一个终端一个角色 one role in each terminal:
  … -- names   [ADDR] [NAME=IP…]     名字服务器 name server         127.0.0.1:5300
  … -- app     [ADDR]                应用服务器 application server  127.0.0.1:8000
  … -- proxy   [ADDR] [APP_ADDR]     反向代理 reverse proxy         127.0.0.1:8080
  … -- browser [URL] [NAMES_ADDR]    浏览器 browser
  最后写 --quiet：不说每一步 at the end: do not tell each step
结束 end: Ctrl-D（Windows: Ctrl-Z, Enter）
状态 status: 0 成功 done · 1 没有得到网页 no page · 2 参数有错 bad argument";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    common::finish(run(&words))
}

fn run(words: &[&str]) -> Result<()> {
    // 步骤可以不说：线上的包已经说了。
    // The steps may stay untold, where the packets on the wire tell them.
    let words = match words {
        [words @ .., "--quiet"] => {
            trace::be_quiet();
            words
        }
        words => words,
    };
    match *words {
        ["--help" | "-h", ..] | [_, "--help" | "-h", ..] => {
            say(HELP);
            Ok(())
        }
        ["names", ref rest @ ..] => names::serve(rest),
        ["app"] => app::serve(address(APP)),
        ["app", at] => app::serve(address(at)),
        ["proxy"] => proxy::serve(address(PROXY), address(APP)),
        ["proxy", at] => proxy::serve(address(at), address(APP)),
        ["proxy", at, app] => proxy::serve(address(at), address(app)),
        ["browser"] => browser::fetch(URL, address(NAMES)),
        ["browser", url] => browser::fetch(url, address(NAMES)),
        ["browser", url, names] => browser::fetch(url, address(names)),
        [] => whole::journey(None, true),
        ["--no-app"] => whole::journey(None, false),
        [url] if url.contains("://") => whole::journey(Some(url), true),
        _ => usage(format_args!("看不懂 not understood: {}", words.join(" "))),
    }
}

/// 命令行上的地址只认 IP:端口：查名字正是浏览器角色要做的事。
/// Addresses on the command line are IP:port: to look up names is what the browser role does.
pub(crate) fn address(text: &str) -> SocketAddr {
    let Ok(address) = text.parse() else {
        usage(format_args!(
            "地址写错，要 IP:端口 bad address, want IP:PORT: {text}"
        ));
    };
    address
}

// ANCHOR: serve
/// 代理和应用都是这样：一个端口，一个连接一个线程，到 Ctrl-D 为止。
/// Proxy and application are alike here: one port, a thread for each connection, until Ctrl-D.
fn serve(
    at: SocketAddr,
    trace: Trace,
    guest: impl Fn(TcpStream, SocketAddr, &Trace) + Send + Sync + 'static,
) -> Result<()> {
    let listener = TcpListener::bind(at).map_err(|error| explain(error, at))?;
    trace.listening(listener.local_addr()?);
    let guest = Arc::new(guest);
    thread::spawn(move || {
        loop {
            let Ok((stream, peer)) = listener.accept() else {
                // 描述符用完时 accept 立刻失败：歇一下再试。
                // Out of descriptors, accept fails at once: rest, then try again.
                thread::sleep(Duration::from_millis(100));
                continue;
            };
            // 浏览器会多开几个不说话的连接，所以不能一个一个来；线程也要有上限。
            // Browsers open spare, silent connections: one at a time will not do. Bound the threads.
            if Arc::strong_count(&guest) > MAX {
                continue;
            }
            let (guest, trace) = (Arc::clone(&guest), trace.clone());
            let _ = Builder::new().spawn(move || guest(stream, peer, &trace));
        }
    });
    until_end_of_input()
}

/// 主线程等键盘结束；一返回，进程和里面的线程都结束。
/// The main thread waits for the end of input; when it returns, the process ends with its threads.
fn until_end_of_input() -> Result<()> {
    let mut input = stdin().lock();
    let mut buffer = [0; 256];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
    }
}
// ANCHOR_END: serve
