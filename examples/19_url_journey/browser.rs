//! 浏览器：拆开网址，问名字，连地址，说 HTTP。哪一步不成，就说是哪一步。
//! The browser: take the URL apart, ask for the name, connect, speak HTTP. Says which step failed.
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use common::{explain, printable, say};

use crate::exchange::{self, status_of};
use crate::http::wire::Wire;
use crate::message::{A, Data, IN, Message, Question, RCODE, RECURSION_DESIRED};
use crate::table::NO_SUCH_NAME;
use crate::trace::{Layer, Trace};
use crate::url::Url;
use crate::verify::{verify, way};

// ANCHOR: browser
pub(crate) fn fetch(url: &str, names: SocketAddr) -> Result<()> {
    let url = Url::parse(url);
    let trace = Trace::new("browser");
    let Url { host, port, path } = &url;
    trace.step(
        Layer::Application,
        format_args!("网址 URL: 名字 name {host} · 端口 port {port} · 路径 path {path}"),
    );
    // 网址里已经是 IP，就不用问名字。
    // If the URL has an IP address already, no name is asked for.
    let ip = match host.parse() {
        Ok(ip) => ip,
        Err(_) => {
            look_up(host, names, &trace).context("第 1 步，问名字 step 1, asking for the name")?
        }
    };
    trace.step(
        Layer::Network,
        format_args!("{host} 在 is at {ip}，以后只用它 no name from here on"),
    );
    let address = SocketAddr::new(ip, *port);
    // 三次握手由两边的内核完成；端口上没有进程，对方内核就回 RST。
    // The two kernels do the handshake; with no process at the port, the other one sends RST.
    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))
        .map_err(|error| explain(error, address))
        .context("第 2 步，连接 step 2, connecting")?;
    trace.step(Layer::Transport, exchange::connected(&stream, address));
    let status =
        ask(stream, &url, &trace).context("第 3 步，要网页 step 3, asking for the page")?;
    ensure!(
        status.starts_with('2'),
        "第 3 步，服务器说 step 3, the server says: {status}"
    );
    Ok(())
}

// ANCHOR_END: browser

// ANCHOR: look_up
/// 名字 → IP：一个 UDP 数据报去，一个回来；丢了就再问，一共 3 次。
/// Name → IP: one UDP datagram there, one back. If one is lost, ask again: 3 times in all.
fn look_up(host: &str, names: SocketAddr, trace: &Trace) -> Result<IpAddr> {
    let question = Question {
        name: host.parse()?,
        kind: A,
        class: IN,
    };
    let any: SocketAddr = match names {
        SocketAddr::V4(_) => ([0; 4], 0).into(),
        SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(any).context("bind")?;
    socket
        .connect(names)
        .map_err(|error| explain(error, names))?;
    // 编号随机，别人才难冒充（RFC 5452）。
    // A random id makes forging hard (RFC 5452).
    let id = RandomState::new().build_hasher().finish() as u16;
    let (flags, questions, answers) = (RECURSION_DESIRED, vec![question.clone()], Vec::new());
    let datagram = Message {
        id,
        flags,
        questions,
        answers,
    }
    .to_bytes();
    for _ in 0..3 {
        let bytes = datagram.len();
        trace.step(
            Layer::Application,
            format_args!("DNS {host} 的 IP 是多少？ what is its IP?"),
        );
        let local = socket.local_addr()?;
        trace.step(
            Layer::Transport,
            format_args!("UDP {local} → {names}, {bytes} 字节 bytes"),
        );
        socket
            .send(&datagram)
            .map_err(|error| explain(error, names))?;
        let end = Instant::now() + Duration::from_secs(1);
        let mut buffer = [0; 2048];
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            socket.set_read_timeout(Some(left))?;
            let length = match socket.recv(&mut buffer) {
                Ok(length) => length,
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    break;
                }
                Err(error) => return Err(explain(error, names)),
            };
            // 编号、问题都对得上，才是给我们的；别的当没收到，接着等。
            // Ours if id and question match. Anything else: as if it had not come, wait on.
            if let Some(answer) = verify(&buffer[..length], id, &question) {
                return address_in(&answer?, &question);
            }
        }
    }
    bail!("名字服务器不回答 the name server does not answer: {names}")
}
// ANCHOR_END: look_up

fn address_in(answer: &Message, question: &Question) -> Result<IpAddr> {
    let host = &question.name;
    match answer.flags & RCODE {
        0 => {}
        NO_SUCH_NAME => {
            bail!("没有这个名字，看看网址有没有写错 no such name, check the URL: {host}")
        }
        code => bail!("名字服务器说不行 the name server refuses: RCODE {code}"),
    }
    // 只走从问题出发、沿着别名到得了的记录；别的没有人问过，不信。取第一个地址，
    // 真的浏览器会几个都试（RFC 8305）。
    // Only records that the question leads to, along aliases; nobody asked for others. The first
    // address will do; real browsers try several (RFC 8305).
    for record in way(answer, question) {
        if let Data::A(ip) = record.data {
            return Ok(ip.into());
        }
    }
    bail!("这个名字没有 IPv4 地址 no IPv4 address: {host}")
}

// ANCHOR: ask
fn ask(stream: TcpStream, url: &Url, trace: &Trace) -> Result<String> {
    let (path, host) = (&url.path, url.place());
    trace.step(
        Layer::Application,
        format_args!("GET {path} · Host: {host}"),
    );
    let address = stream.peer_addr()?;
    let mut wire = Wire::new(stream, Duration::from_secs(10));
    // 名字还要再说一遍：一个 IP 上可以有许多网站，代理靠 Host 分。
    // The name is said once more: many sites may share one IP, and Host tells them apart.
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let sent = wire.send(request.as_bytes());
    sent.map_err(|error| explain(error, address))?;
    let (response, body) =
        exchange::response(&mut wire, "GET").with_context(|| address.to_string())?;
    let status = status_of(&response);
    let size = body.len();
    trace.step(
        Layer::Application,
        format_args!("{status} · {size} 字节 bytes"),
    );
    // 网页是别人写的：控制字符不许碰我们的屏幕。
    // The page is somebody else's: its control characters must not touch our screen.
    for line in printable(&String::from_utf8_lossy(&body)).lines() {
        say(format_args!("│ {line}"));
    }
    Ok(status)
}
// ANCHOR_END: ask
