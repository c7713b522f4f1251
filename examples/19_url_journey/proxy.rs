//! 反向代理，演 Nginx 的角色：守在对外的端口上，把请求转给后面的应用。
//! The reverse proxy, in the role of Nginx: at the public port, it passes requests on.
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::Result;
use common::printable;

use crate::head::Head;
use crate::http::{self, Refusal};
use crate::timed::Timed;
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
fn guest(stream: &TcpStream, peer: SocketAddr, app: SocketAddr, trace: &Trace) {
    let request = match http::request(stream) {
        Ok(request) => request,
        // 来客什么也没说就走了：浏览器备用的连接常这样。
        // The guest left without a word: a browser's spare connections do that.
        Err(Refusal::Silent) => return,
        Err(refusal) => {
            let status = refusal.status();
            trace.step(Layer::Application, format_args!("{status}: {refusal}"));
            return http::answer(
                stream,
                status,
                &[],
                format!("{refusal}\n").as_bytes(),
                false,
            );
        }
    };
    trace.step(Layer::Transport, http::received(stream, peer, &request));
    let line = printable(&request.line);
    trace.step(
        Layer::Application,
        format_args!("{line} · 转给 pass on to {app}"),
    );
    let head_only = request.line.starts_with("HEAD ");
    match pass_on(&request, peer, app, trace) {
        Ok((head, body)) => {
            let status = head.line.split_once(' ').map_or("", |(_, status)| status);
            let status = printable(status);
            trace.step(
                Layer::Application,
                format_args!("应用说 the app says: {status}"),
            );
            let fields: Vec<_> = end_to_end(&head).collect();
            http::answer(stream, &status, &fields, &body, head_only);
        }
        // 前门开着，后面没人：客人得到的是代理自己的话。
        // The door is open and nobody is behind it: the guest hears the proxy's own words.
        Err(error) => {
            let late = matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock);
            let status = ["502 Bad Gateway", "504 Gateway Timeout"][usize::from(late)];
            trace.step(Layer::Application, format_args!("{status}: {error}"));
            let body = "代理找不到应用服务器 the proxy got no answer from the application\n";
            http::answer(stream, status, &[], body.as_bytes(), head_only);
        }
    }
}

// ANCHOR_END: guest

// ANCHOR: proxy
fn pass_on(
    request: &Head,
    peer: SocketAddr,
    app: SocketAddr,
    trace: &Trace,
) -> io::Result<(Head, Vec<u8>)> {
    // 又一次 TCP 连接：浏览器的那条到代理为止，应用看到的对端是代理。
    // Another TCP connection: the browser's ends at the proxy, and the app's peer is the proxy.
    let upstream = TcpStream::connect_timeout(&app, CONNECT)?;
    trace.step(Layer::Transport, http::connected(&upstream, app));
    // 用 HTTP/1.0 去问，应用就不会分块回答：读到结束就是全部。Nginx 多年来也这样。
    // Asked in HTTP/1.0, the app may not answer in chunks: it ends where the connection ends.
    let method_and_target = request.line.rsplit_once(' ').map_or("", |(start, _)| start);
    let mut head = format!("{method_and_target} HTTP/1.0\r\nConnection: close\r\n");
    for (name, value) in end_to_end(request) {
        if !name.eq_ignore_ascii_case("x-forwarded-for") {
            head += &format!("{name}: {value}\r\n");
        }
    }
    // 来客自己写的放在前面，代理亲眼看到的地址加在最后。
    // What the guest wrote comes first; the address that the proxy sees itself comes last.
    let before = request
        .field("x-forwarded-for")
        .map(|list| format!("{list}, "));
    let before = before.unwrap_or_default();
    head += &format!(
        "X-Forwarded-For: {before}{}\r\nVia: 1.1 proxy\r\n\r\n",
        peer.ip()
    );
    // 应用若不回答，来客也不该一直等：到点就替它回答 504。
    // If the app is silent, the guest must not wait for ever: in time, we answer 504 for it.
    let mut timed = Timed::new(&upstream, Instant::now() + ANSWER);
    timed.write_all(head.as_bytes())?;
    http::response(&mut timed, request.line.starts_with("HEAD "))
}

/// 有些首部只管这一条连接，不许带到下一条（RFC 9110 §7.6.1）。
/// Some fields are for this connection only and must not go on to the next (RFC 9110 §7.6.1).
fn end_to_end(head: &Head) -> impl Iterator<Item = (&str, &str)> {
    // 这个字段可以有好几行，每行的名字都算（RFC 9110 §5.3）。
    // There may be several of this field, and the names in each count (RFC 9110 §5.3).
    let mut named = Vec::new();
    for (_, value) in head
        .fields()
        .filter(|(name, _)| name.eq_ignore_ascii_case("connection"))
    {
        named.extend(value.split(',').map(|name| name.trim().to_lowercase()));
    }
    head.fields().filter(move |(name, _)| {
        let name = name.to_lowercase();
        let hop = [
            "connection",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
        ];
        // 长度由我们自己数过再写。
        // The length we count and write ourselves.
        !hop.contains(&name.as_str())
            && !name.starts_with("proxy-")
            && name != "content-length"
            && !named.contains(&name)
    })
}
// ANCHOR_END: proxy
