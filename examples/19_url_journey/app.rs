//! 应用服务器，演 uWSGI 的角色：一个进程，把请求变成一次函数调用。
//! The application server, in the role of uWSGI: a process that turns a request into a call.
//!
//! uWSGI 是服务器，uwsgi 是它和 Nginx 之间的二进制协议；这里代理和应用之间说的是 HTTP。
//! uWSGI is a server; uwsgi is its binary protocol with Nginx. Here proxy and application speak HTTP.
use std::net::{SocketAddr, TcpStream};
use std::process;

use anyhow::Result;
use common::printable;

use crate::exchange::{self, PATIENCE};
use crate::http::message::Request;
use crate::http::wire::Wire;
use crate::trace::{Layer, Trace};

pub(crate) fn serve(at: SocketAddr) -> Result<()> {
    crate::serve(at, Trace::new("app"), guest)
}

// ANCHOR: app
fn guest(stream: TcpStream, peer: SocketAddr, trace: &Trace) {
    let from = exchange::received(&stream, peer);
    let mut wire = Wire::new(stream, PATIENCE);
    let (status, body, head_only) = match exchange::request(&mut wire) {
        Ok((request, size)) => {
            trace.step(
                Layer::Transport,
                format_args!("{from}，收到 received {size} 字节 bytes"),
            );
            let (status, body) = application(&request);
            let (target, asker) = (&request.target, asker(&request));
            let process = process::id();
            trace.step(
                Layer::Application,
                format_args!("进程 process {process}: application({target}, {asker})"),
            );
            (status, body, request.method == "HEAD")
        }
        Err(refusal) => (refusal.status(), format!("{refusal}\n"), false),
    };
    trace.step(Layer::Application, format_args!("回答 answer: {status}"));
    exchange::answer(wire, status, &[], body.as_bytes(), head_only);
}

/// 网站的代码就在这里，只管请求和回答；端口、连接、超时都归服务器。
/// The code of the site: requests and answers only. Ports, connections, timeouts are the server's.
fn application(request: &Request) -> (&'static str, String) {
    match request.path.as_str() {
        "/" => (
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
fn asker(request: &Request) -> String {
    let list = request.fields.list("x-forwarded-for");
    match list.last() {
        Some(last) if !last.is_empty() => printable(last),
        _ => "-".to_owned(),
    }
}
// ANCHOR_END: app
