//! 各个例子共用的部分：参数、错误。`screen.rs` 写屏幕，`foreign.rs` 管别人的文字。各不超过 100 行。
//! What the numbered examples share: arguments and errors. `screen.rs` writes to the screen,
//! `foreign.rs` has text from others. At most 100 lines each.
#![allow(missing_docs, reason = "the names of fields and variants say it")]
use std::io::{self, ErrorKind, Write};
use std::{env, fmt::Display, net::SocketAddr, process};

use colored::Colorize;
pub use foreign::{plays_tricks, printable};
pub use screen::{say, show};

mod foreign;
mod screen;

/// 命令行：`server [ADDR] …`、`client [ADDR] …`，或者没说角色（`None`）。
/// The command line: `server [ADDR] …`, `client [ADDR] …`, or no role named (`None`).
pub struct Start {
    pub role: Option<Role>,
    pub address: SocketAddr,
    pub rest: Vec<String>,
}
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Server,
    Client,
}

/// 读参数；`--help` 打印帮助。地址只认 IP:端口，因为查名字要等 DNS。
/// Reads the arguments; `--help` prints help. IP:port only, since a name would wait for DNS.
pub fn start(default: &str, help: &str) -> Start {
    #[cfg(windows)]
    let _ = colored::control::set_virtual_terminal(true);
    let words = env::args_os().skip(1);
    let mut args = words
        .map(|word| word.to_string_lossy().into_owned())
        .peekable();
    let role = match args.peek().map(String::as_str) {
        Some("server") => Some(Role::Server),
        Some("client") => Some(Role::Client),
        _ => None,
    };
    if role.is_some() {
        args.next();
    }
    if let Some("--help" | "-h") = args.peek().map(String::as_str) {
        say(help.trim());
        process::exit(0);
    }
    let mut text = default.to_owned();
    if role.is_some()
        && let Some(given) = args.next_if(|word| !word.starts_with("--"))
    {
        text = given;
    }
    let Ok(address) = text.parse() else {
        usage(format_args!("地址写错 bad address: {text}（{default}？）"));
    };
    Start {
        role,
        address,
        rest: args.collect(),
    }
}

/// 参数有错：退出状态 2。运行中出错：`finish` 打印一行，退出状态 1。
/// A mistake in the arguments: status 2. An error while running: `finish`, one line, status 1.
pub fn usage(words: impl Display) -> ! {
    complain(format_args!("{words}\n帮助 help: -- --help"));
    process::exit(2)
}
pub fn finish(result: anyhow::Result<()>) -> process::ExitCode {
    match result {
        Ok(()) => process::ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("{error:#}"));
            process::ExitCode::FAILURE
        }
    }
}
fn complain(words: impl Display) {
    let _ = writeln!(io::stderr(), "{} {words}", "错误 error:".red());
}

/// 网络错误：出了什么事、在哪里、接下来做什么。
/// A network error: what happened, where, and what to do next.
pub fn explain(error: io::Error, place: impl Display) -> anyhow::Error {
    use ErrorKind::{AddrInUse, BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset};
    let words = match error.kind() {
        AddrInUse => "地址被占用，换一个端口 address in use, choose another port",
        ConnectionRefused => "连接被拒绝，先启动服务器 refused, start the server first",
        ConnectionReset | ConnectionAborted | BrokenPipe => "连接断了 connection lost",
        // 超时在 Unix 上叫 WouldBlock，在 Windows 上叫 TimedOut。
        // A timeout is WouldBlock on Unix, TimedOut on Windows.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "等得太久 waited too long",
        ErrorKind::AddrNotAvailable => "本机没有这个地址 not an address of this machine",
        ErrorKind::PermissionDenied => "没有权限，换一个大端口 not allowed, choose a higher port",
        _ => "出错 failed",
    };
    anyhow::Error::new(error).context(format!("{words}: {place}"))
}
