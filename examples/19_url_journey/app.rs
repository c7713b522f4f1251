//! 应用服务器，演 uWSGI 的角色：一个进程，把请求变成一次函数调用。
//! The application server, in the role of uWSGI: a process that turns a request into a call.
//!
//! uWSGI 是服务器，uwsgi 是它和 Nginx 之间的二进制协议；这里代理和应用之间说的是 HTTP。
//! uWSGI is a server; uwsgi is its binary protocol with Nginx. Here proxy and application speak HTTP.
use std::net::{SocketAddr, TcpStream};
use std::process;

use anyhow::Result;
use common::printable;

use crate::head::Head;
use crate::http;
use crate::trace::{Layer, Trace};

pub(crate) fn serve(at: SocketAddr) -> Result<()> {
    crate::serve(at, Trace::new("app"), guest)
}

// ANCHOR: app
fn guest(stream: &TcpStream, peer: SocketAddr, trace: &Trace) {
    let (status, body, line) = match http::request(stream) {
        Ok(request) => {
            trace.step(Layer::Transport, http::received(stream, peer, &request));
            let (status, body) = application(&request);
            let asker = asker(&request);
            let process = process::id();
            trace.step(
                Layer::Application,
                format_args!(
                    "进程 process {process}: application({}, {asker})",
                    request.target()
                ),
            );
            (status, body, request.line)
        }
        Err(refusal) => (refusal.status(), format!("{refusal}\n"), String::new()),
    };
    trace.step(Layer::Application, format_args!("回答 answer: {status}"));
    http::answer(
        stream,
        status,
        &[],
        body.as_bytes(),
        line.starts_with("HEAD "),
    );
}

/// 网站的代码就在这里，只管请求和回答；端口、连接、超时都归服务器。
/// The code of the site: requests and answers only. Ports, connections, timeouts are the server's.
fn application(request: &Head) -> (&'static str, String) {
    let path = request.target().split('?').next();
    match path {
        Some("/") => (
            "200 OK",
            format!(
                "你好，这里是应用服务器。 Hello from the application server.\n\
                 你从 {0} 来。 You come from {0}.\n",
                asker(request)
            ),
        ),
        _ => ("404 Not Found", "没有这一页 no such page\n".to_owned()),
    }
}

/// TCP 连接的那头是代理；真正的来客写在 X-Forwarded-For 里。
/// The far end of our TCP connection is the proxy; the real guest is in X-Forwarded-For.
/// 只信最后一个：那是我们的代理写的，前面的谁都能编。
/// Trust only the last one: our proxy wrote it, and anyone can make up the others.
fn asker(request: &Head) -> String {
    let list = request.field("x-forwarded-for").unwrap_or("-");
    let last = list.rsplit(',').next().unwrap_or("-").trim();
    printable(last)
}
// ANCHOR_END: app
