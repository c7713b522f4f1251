//! 套接字：连接由内核建立，由两端的地址和端口认定。
//! Sockets: the kernel makes a connection; the addresses and ports of both ends identify it.
//!
//!     cargo run --example 00_socket
//!
//! 你会看到：还没有调用 accept，三个客户端就都连上了；accept 得到的三个套接字共用一个本地端口。
//! You will see: three clients connect before accept is called; three accepted sockets share one local port.

use anyhow::Result;
use common::{explain, printable, say};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const HELP: &str = "
00_socket · 一个端口，三条连接 one port, three connections

用法 usage:
    cargo run --example 00_socket
    cargo run --example 00_socket -- server ADDR    换一个地址 another address, such as 127.0.0.1:6667
";

fn main() -> ExitCode {
    common::finish(run(common::start("127.0.0.1:6666", HELP).address))
}

fn run(address: SocketAddr) -> Result<()> {
    // ANCHOR: listen
    // 一次调用，内核里三步：socket、bind、listen。从这时起，内核替我们回应握手。
    // One call, three steps: socket, bind, listen. From now on the kernel answers handshakes for us.
    let listener = TcpListener::bind(address).map_err(|error| explain(error, address))?;
    let address = listener.local_addr()?;
    say(format_args!("监听 listening: {address}"));
    // ANCHOR_END: listen

    let mut clients = Vec::new();
    for number in 1..=3 {
        clients.push(connect(address, number)?);
    }
    say("现在才调用 accept now accept is called");
    for _ in &clients {
        accept(&listener)?;
    }
    Ok(())
}

// ANCHOR: connect
fn connect(address: SocketAddr, number: usize) -> Result<TcpStream> {
    // 没有指定本地端口：内核给每个客户端挑一个临时端口。
    // No local port is named: the kernel picks an ephemeral port for each client.
    let mut client = TcpStream::connect(address).map_err(|error| explain(error, address))?;
    let (local, peer) = (client.local_addr()?, client.peer_addr()?);
    say(format_args!(
        "已连接 connected: 本地 local {local}, 对端 peer {peer}"
    ));
    // 写也成功：字节停在服务器一侧的接收缓冲区里，等人来读。
    // Writing succeeds too: the bytes wait in the receive buffer on the server's side.
    write!(client, "我是 I am {number}").map_err(|error| explain(error, peer))?;
    client.shutdown(Shutdown::Write)?;
    Ok(client)
}
// ANCHOR_END: connect

// ANCHOR: accept
fn accept(listener: &TcpListener) -> Result<()> {
    // 从队列里取一条已建立的连接，得到新的套接字；监听套接字不变。
    // Takes one established connection from the queue as a new socket; the listening socket stays.
    let (socket, peer) = listener.accept()?;
    let local = socket.local_addr()?;
    // 来的也可能是别的程序：最多等 5 秒，最多读 64 字节。
    // It could be some other program: wait at most 5 seconds, read at most 64 bytes.
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut bytes = Vec::new();
    let read = (&socket).take(64).read_to_end(&mut bytes);
    read.map_err(|error| explain(error, peer))?;
    let text = printable(&String::from_utf8_lossy(&bytes));
    say(format_args!(
        "接受 accepted: 本地 local {local}, 对端 peer {peer}: {text}"
    ));
    Ok(())
}
// ANCHOR_END: accept
