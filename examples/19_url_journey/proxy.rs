//! 反向代理，演 Nginx 的角色：守在对外的端口上，把请求转给后面的应用。
//! The reverse proxy, in the role of Nginx: at the public port, it passes requests on.
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::exchange::{self, PATIENCE, Refusal, status_of};
use crate::http::fields::Fields;
use crate::http::message::{Body, Request, Response};
use crate::http::wire::Wire;
use crate::trace::{Layer, Trace};

// 应用就在旁边，连接不该慢；算出一页可以久一点。
// The app is near, so connecting is quick; making a page may take longer.
const CONNECT: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(5);

pub(crate) fn serve(at: SocketAddr, app: SocketAddr) -> Result<()> {
    crate::serve(at, Trace::new("proxy"), move |stream, peer, trace| {
        guest(stream, peer, app, trace);
    })
}

// ANCHOR: guest
fn guest(stream: TcpStream, peer: SocketAddr, app: SocketAddr, trace: &Trace) {
    let from = exchange::received(&stream, peer);
    let mut wire = Wire::new(stream, PATIENCE);
    let (request, size) = match exchange::request(&mut wire) {
        Ok(request) => request,
        // 来客什么也没说就走了：浏览器备用的连接常这样。
        // The guest left without a word: a browser's spare connections do that.
        Err(Refusal::Silent) => return,
        Err(refusal) => {
            let status = refusal.status();
            trace.step(Layer::Application, format_args!("{status}: {refusal}"));
            let body = format!("{refusal}\n");
            return exchange::answer(wire, status, &[], body.as_bytes(), false);
        }
    };
    trace.step(
        Layer::Transport,
        format_args!("{from}，收到 received {size} 字节 bytes"),
    );
    let version = if request.old { "HTTP/1.0" } else { "HTTP/1.1" };
    trace.step(
        Layer::Application,
        format_args!(
            "{} {} {version} · 转给 pass on to {app}",
            request.method, request.target
        ),
    );
    let head_only = request.method == "HEAD";
    match pass_on(&request, peer, app, trace) {
        Ok((response, body)) => {
            let status = status_of(&response);
            trace.step(
                Layer::Application,
                format_args!("应用说 the app says: {status}"),
            );
            let fields = end_to_end(&response.fields);
            exchange::answer(wire, &status, &fields, &body, head_only);
        }
        // 前门开着，后面没人：客人得到的是代理自己的话。
        // The door is open and nobody is behind it: the guest hears the proxy's own words.
        Err(error) => {
            let late = error.downcast_ref().is_some_and(exchange::is_late);
            let status = if late {
                "504 Gateway Timeout"
            } else {
                "502 Bad Gateway"
            };
            trace.step(Layer::Application, format_args!("{status}: {error}"));
            let body = "代理找不到应用服务器 the proxy got no answer from the application\n";
            exchange::answer(wire, status, &[], body.as_bytes(), head_only);
        }
    }
}
// ANCHOR_END: guest

// ANCHOR: proxy
fn pass_on(
    request: &Request,
    peer: SocketAddr,
    app: SocketAddr,
    trace: &Trace,
) -> Result<(Response, Vec<u8>)> {
    // 又一次 TCP 连接：浏览器的那条到代理为止，应用看到的对端是代理。
    // Another TCP connection: the browser's ends at the proxy, and the app's peer is the proxy.
    let upstream = TcpStream::connect_timeout(&app, CONNECT)?;
    trace.step(Layer::Transport, exchange::connected(&upstream, app));
    // 用 HTTP/1.0 去问，应用就不许分块回答（RFC 9112 §6.1）：读到结束就是全部。Nginx 多年来也这样。
    // Asked in HTTP/1.0, the app may not answer in chunks (RFC 9112 §6.1): it ends where the
    // connection ends. Nginx did so for many years.
    let (method, target) = (&request.method, &request.target);
    let mut head = format!("{method} {target} HTTP/1.0\r\nConnection: close\r\n");
    for (name, value) in end_to_end(&request.fields) {
        if !name.eq_ignore_ascii_case("x-forwarded-for") {
            head += &format!("{name}: {value}\r\n");
        }
    }
    // 来客自己写的放在前面，代理亲眼看到的地址加在最后。
    // What the guest wrote comes first; the address that the proxy sees itself comes last.
    let seen = peer.ip().to_string();
    let mut askers = request.fields.all("x-forwarded-for");
    askers.push(&seen);
    let askers = askers.join(", ");
    head += &format!("X-Forwarded-For: {askers}\r\nVia: 1.1 proxy\r\n\r\n");
    // 应用若不回答，来客也不该一直等：到点就替它回答 504。
    // If the app is silent, the guest must not wait for ever: in time, we answer 504 for it.
    let mut wire = Wire::new(upstream, ANSWER);
    wire.send(head.as_bytes())?;
    let (response, body) = exchange::response(&mut wire, method)?;
    ensure!(
        response.body != Body::Chunked,
        "没有请它分块 chunks were not asked for"
    );
    Ok((response, body))
}

/// 有些首部只管这一条连接，不许带到下一条（RFC 9110 §7.6.1）。
/// Some fields are for this connection only and must not go on to the next (RFC 9110 §7.6.1).
const THIS_CONNECTION: [&str; 6] = [
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

fn end_to_end(fields: &Fields) -> Vec<(String, String)> {
    // Connection 里写着的名字，也只管这一条；这个字段可以有好几行（RFC 9110 §5.3）。
    // The names in Connection are for this one, too; there may be several such fields (RFC 9110
    // §5.3).
    let named = fields.list("connection").join(",").to_lowercase();
    let mut kept = Vec::new();
    for (name, value) in &fields.0 {
        let lower = name.to_lowercase();
        let stays = THIS_CONNECTION.contains(&lower.as_str())
            || lower.starts_with("proxy-")
            || named.split(',').any(|one| one == lower);
        // 长度由我们自己数过再写。
        // The length we count and write ourselves.
        if !stays && lower != "content-length" {
            kept.push((name.clone(), value.clone()));
        }
    }
    kept
}
// ANCHOR_END: proxy
