//! 全程：启动三个服务器进程，再启动浏览器；把四边的记录按时间排成一列。
//! The whole way: start three servers, then the browser; put what all four tell in order of time.
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, io, thread};

use anyhow::{Context, Result, ensure};
use common::say;

use crate::trace::START;

type Lines = thread::JoinHandle<Vec<String>>;

/// 一个角色：它的进程，和它说的话。它的键盘一断，它就结束。
/// A role: its process, and what it says. When its keyboard ends, it ends.
struct Role {
    child: Child,
    keyboard: Option<ChildStdin>,
    address: String,
    lines: Lines,
}

// ANCHOR: journey
pub(crate) fn journey(url: Option<&str>, with_app: bool) -> Result<()> {
    // 端口 0：请内核挑空闲的，谁占了 8080 也不碍事。
    // Port 0: the kernel picks a free one, so it does not matter who has 8080.
    let free = "127.0.0.1:0";
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let start = now.as_nanos().to_string();
    let names = Role::start(&["names", free], &start)?;
    let app = match with_app {
        true => Some(Role::start(&["app", free], &start)?),
        false => None,
    };
    // 借一个空闲的端口又还回去：那里没有人。
    // Borrow a free port and give it back: nobody is there.
    let nobody = TcpListener::bind(free)?.local_addr()?.to_string();
    let behind = app.as_ref().map_or(&nobody, |app| &app.address);
    let proxy = Role::start(&["proxy", free, behind], &start)?;
    // 没写端口，就用代理真正的端口：80 要特权。
    // No port in the URL: use the proxy's true one, since 80 needs privileges.
    let url = with_port(url.unwrap_or("http://www.workbook.test/"), &proxy.address);
    say(format_args!("浏览器 browser: {url}"));
    let browser = Role::run(&["browser", &url, &names.address], &start)?;

    // 浏览器结束，别的角色该记的都已经记下：每一步都先记，再做。
    // When the browser has ended, all has been told: each role tells a step, then takes it.
    let (done, mut lines) = browser.end()?;
    for role in [Some(names), app, Some(proxy)].into_iter().flatten() {
        lines.extend(role.end()?.1);
    }
    // 带时间的行排序；别的（网页、错误）跟在后面，次序不变。
    // Lines with a time are sorted; others (the page, errors) follow in their order.
    let time = |line: &String| {
        let first = line.split_whitespace().next();
        first.and_then(|word| word.parse::<f64>().ok())
    };
    lines.sort_by(|a, b| {
        let (a, b) = (time(a), time(b));
        a.unwrap_or(f64::MAX).total_cmp(&b.unwrap_or(f64::MAX))
    });
    lines.iter().for_each(say);
    ensure!(done, "没有得到网页 no page");
    Ok(())
}
// ANCHOR_END: journey

fn with_port(url: &str, proxy: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let slash = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (place, path) = rest.split_at(slash);
    if place.contains(':') {
        return url.to_owned();
    }
    let port = proxy.rsplit(':').next().unwrap_or_default();
    format!("{scheme}://{place}:{port}{path}")
}

impl Role {
    /// 启动一个服务器，等它说出自己的地址。
    /// Starts a server and waits until it tells its address.
    fn start(words: &[&str], start: &str) -> Result<Self> {
        let mut role = Self::run(words, start)?;
        ensure!(
            !role.address.is_empty(),
            "{0} 没有启动 {0} did not start",
            words[0]
        );
        role.address = role
            .address
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        Ok(role)
    }

    fn run(words: &[&str], start: &str) -> Result<Self> {
        let (screen, both) = io::pipe().context("pipe")?;
        // 子进程的输出是管道，不会上色；屏幕在我们这里，由我们说上不上。
        // A child writes to a pipe and would use no colour; the screen is ours, so we decide.
        let color = colored::control::SHOULD_COLORIZE.should_colorize();
        let mut command = Command::new(env::current_exe()?);
        command
            .args(words)
            .env(START, start)
            .env("CLICOLOR_FORCE", if color { "1" } else { "0" })
            // 我们若被强行结束，内核关掉这根管道，子进程读到结束，也跟着退出。
            // If we are killed, the kernel closes this pipe; the child reads the end and ends too.
            .stdin(Stdio::piped())
            .stdout(both.try_clone()?)
            .stderr(both);
        let mut child = command
            .spawn()
            .with_context(|| format!("启动 starting {}", words[0]))?;
        // 管道的写端只留在子进程里，它一结束，我们就读到头。
        // Only the child keeps the writing end: when it ends, we read the end.
        drop(command);
        let mut screen = BufReader::new(screen.take(1024 * 1024));
        let mut address = String::new();
        if words[0] != "browser" {
            screen.read_line(&mut address)?;
            say(address.trim_end());
        }
        let keyboard = child.stdin.take();
        let address = address.trim_end().to_owned();
        let lines = thread::spawn(move || screen.lines().map_while(Result::ok).collect());
        Ok(Self {
            child,
            keyboard,
            address,
            lines,
        })
    }

    /// 断开它的键盘，等它结束；浏览器不看键盘，自己会结束。
    /// Ends its keyboard and waits for it; the browser needs no keyboard and ends by itself.
    fn end(mut self) -> Result<(bool, Vec<String>)> {
        drop(self.keyboard.take());
        let lines = self.lines.join().unwrap_or_default();
        Ok((self.child.wait()?.success(), lines))
    }
}
