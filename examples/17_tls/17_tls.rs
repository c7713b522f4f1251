//! 17 加密的一次通信：和 01 一样发一条消息，外面套上 TLS 1.3。
//! 17 One shot over TLS: one message as in 01, inside TLS 1.3.
//!
//! 两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
//! Run the same command in two terminals: the first is the server, the second the client.
//!
//!     cargo run --example 17_tls
//!
//! 旁边的 `certificate.rs` 造证书；`wire.rs` 管期限，并数出旁观者看得到的记录。
//! Beside it, `certificate.rs` makes the certificate; `wire.rs` has deadlines and counts records.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use colored::Colorize;
use common::{Role, explain, printable, say, usage};
use options::Options;
use rustls::crypto::ring;
use rustls::{ClientConfig, ClientConnection, ConnectionCommon, RootCertStore, ServerConfig};
use rustls::{ServerConnection, SideData, StreamOwned};
use wire::{Wire, failed};

mod certificate;
mod options;
mod wire;

const ADDRESS: &str = "127.0.0.1:9443";
// 证书证明的是名字，不是地址。`.test` 留给试验用，谁也注册不到（RFC 6761）。
// A certificate proves a name, not an address. Nobody can register `.test` (RFC 6761).
const NAME: &str = "server.test";
// 这里的期限管一整段，不管一次等待：一个字节一个字节地拖，也拖不过去。
// Here a deadline is for a whole phase, not for one wait: a byte at a time does not stretch it.
const HANDSHAKE: Duration = Duration::from_secs(5);
const MESSAGE: Duration = Duration::from_secs(30);
const LIMIT: usize = 1024 * 1024;

fn main() -> ExitCode {
    common::finish(run())
}

fn run() -> Result<()> {
    let start = common::start(ADDRESS, options::HELP);
    let options = Options::read(&start.rest);
    if start.role == Some(Role::Client) {
        return client(start.address, &options);
    }
    if let Some(word) = options.words.first() {
        usage(format_args!("不认识的参数 unknown argument: {word}"));
    }
    match TcpListener::bind(start.address) {
        Ok(listener) => server(&listener, &options),
        Err(error) if start.role.is_none() && error.kind() == ErrorKind::AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            client(start.address, &options)
        }
        Err(error) => Err(explain(error, start.address)),
    }
}

// ANCHOR: server
fn server(listener: &TcpListener, options: &Options) -> Result<()> {
    // 私钥只在内存里，程序结束就没了；写进文件的只有证书，谁看都行。
    // The private key stays in memory and ends with us. Only the certificate goes to the file.
    let (certificate, key) = certificate::make(NAME, &options.cert)?;
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    say(format_args!("证书 certificate: {}", options.cert.display()));
    let print = certificate::fingerprint(&certificate);
    say(format_args!("指纹 fingerprint: {print}"));

    let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    // 会话票据让下次握手省一步；一次通信没有下次。
    // Session tickets save a step next time; in a one-shot there is no next time.
    config.send_tls13_tickets = 0;

    // 先有 TCP 连接，再在里面握手：accept 成功时，还不知道对方说不说 TLS。
    // First a TCP connection, then the handshake in it: accept does not know if TLS is spoken.
    let (stream, peer) = listener.accept().context("accept")?;
    let mut wire = Wire::new(stream, HANDSHAKE, options.records)?;
    let mut tls = ServerConnection::new(Arc::new(config))?;
    shake_hands(&mut tls, &mut wire, peer)?;
    // 一个地址可以住很多网站，客户端在 SNI 里说要哪个：这一句是明文。
    // Many sites may live at one address. The client says which in SNI: in plain text.
    let wanted = printable(tls.server_name().unwrap_or("-"));
    say(format_args!("客户端要找 client wants: {wanted}"));

    wire.patience(MESSAGE);
    let message = read_message(&mut StreamOwned::new(tls, wire), peer)?;
    // 解密出来的仍是对方的话：可信的是谁说的，不是说了什么。
    // Decrypted, it is still the peer's word: we know who said it, not that it is harmless.
    let text = printable(&String::from_utf8_lossy(&message));
    say(format_args!("{} {text}", "客户端 client:".cyan()));
    say(format_args!(
        "收到 {0} 字节 received {0} bytes",
        message.len()
    ));
    Ok(())
}
// ANCHOR_END: server

fn shake_hands<S: SideData>(
    tls: &mut ConnectionCommon<S>,
    wire: &mut Wire,
    peer: SocketAddr,
) -> Result<()> {
    // 证书不对、名字不对，都在这里失败：消息一个字节也没有发出去。
    // A wrong certificate or name fails here: not one byte of the message has been sent.
    tls.complete_io(wire).map_err(|error| failed(error, peer))?;
    let suite = tls.negotiated_cipher_suite().context("no cipher suite")?;
    let name = suite.suite().as_str().unwrap_or("?");
    let name = name.replacen("TLS13", "TLS", 1);
    say(format_args!("握手完成 handshake done: TLSv1.3 {name}"));
    Ok(())
}

// ANCHOR: read_to_close_notify
fn read_message(
    tls: &mut StreamOwned<ServerConnection, Wire>,
    peer: SocketAddr,
) -> Result<Vec<u8>> {
    let mut message = Vec::new();
    // FIN 没有加密，谁都能伪造。只有加密的 close_notify 才算“我说完了”；
    // 没有它就断开，read 得到 UnexpectedEof：消息可能被人截短了。
    // FIN is not encrypted and anyone can forge it. Only the encrypted close_notify is an end;
    // without it read gives UnexpectedEof: somebody may have cut the message short.
    let end = tls.take(LIMIT as u64 + 1).read_to_end(&mut message);
    let place = format!("{peer}，已收到 {0} 字节 after {0} bytes", message.len());
    end.map_err(|error| failed(error, place))?;
    ensure!(
        message.len() <= LIMIT,
        "消息超过 1 MiB，拒收 message over 1 MiB, refused: {peer}"
    );
    // 我们也用 close_notify 道别：客户端由此知道，消息是完整的。
    // We part with close_notify, too: so the client knows that its message is whole.
    tls.conn.send_close_notify();
    tls.flush().map_err(|error| failed(error, peer))?;
    Ok(message)
}
// ANCHOR_END: read_to_close_notify

// ANCHOR: client
fn client(address: SocketAddr, options: &Options) -> Result<()> {
    let message = options.message()?;
    // 只信这一张证书，不信系统里的那些机构。
    // Trust this one certificate, and none of the system's authorities.
    let trusted = certificate::read(&options.cert)?;
    let print = certificate::fingerprint(&trusted);
    say(format_args!("只信 trusting only: {print}"));
    let mut roots = RootCertStore::empty();
    roots.add(trusted).context("证书读不懂 bad certificate")?;
    let config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();

    let stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))
        .map_err(|error| explain(error, address))?;
    say(format_args!("已连接 connected to {address}"));
    let mut wire = Wire::new(stream, HANDSHAKE, options.records)?;
    // 名字交给 TLS：写进 SNI 问服务器，再和证书上的名字比（RFC 9525）。
    // TLS gets the name: for SNI, and to compare with the name in the certificate (RFC 9525).
    let mut tls = ClientConnection::new(Arc::new(config), options.name.clone())?;
    shake_hands(&mut tls, &mut wire, address)?;

    wire.patience(MESSAGE);
    let mut tls = StreamOwned::new(tls, wire);
    talk(&mut tls, &message).map_err(|error| failed(error, address))?;
    say(format_args!(
        "已发送 {0} 字节，对方收齐了 sent {0} bytes, the peer has them all",
        message.len()
    ));
    Ok(())
}

fn talk(tls: &mut StreamOwned<ClientConnection, Wire>, message: &[u8]) -> io::Result<()> {
    // 每条记录最多装 16384 字节，各自加密，各有认证标签（RFC 8446 §5.1）。
    // A record holds 16384 bytes at most, each encrypted with a tag of its own (RFC 8446 §5.1).
    tls.write_all(message)?;
    tls.conn.send_close_notify();
    tls.flush()?;
    // close_notify 说给 TLS 听，FIN 说给内核听：两层各有各的结束。
    // close_notify is for TLS, FIN for the kernel: each layer has its own end.
    tls.sock.stream.shutdown(Shutdown::Write)?;
    // 等对方的 close_notify。它加了密，路上的人造不出来，所以可以当回执。
    // Wait for the peer's close_notify. Nobody on the path can make one: it is a receipt.
    match tls.read(&mut [0; 1])? {
        0 => Ok(()),
        _ => Err(io::Error::other(
            "服务器不该说话 the server should not speak",
        )),
    }
}
// ANCHOR_END: client
