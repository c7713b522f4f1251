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
    // 一次调用，内核里三步：socket 要一个描述符，bind 占下地址和端口，listen 让它等待连接。
    // 从 listen 起，握手由内核完成：收到 SYN，它回 SYN 加 ACK；客户端的 ACK 一到，连接就建立了，
    // 排进这个套接字的队列，等程序来取（listen(2)）。程序这时在做别的事，也不要紧。
    // One call, three steps in the kernel: socket gets a descriptor, bind takes the address and
    // port, listen makes it wait for connections. From listen on, the kernel does the handshakes:
    // it answers a SYN with SYN and ACK; when the client's ACK arrives, the connection is
    // established and waits in this socket's queue until the program takes it (listen(2)). It does
    // not matter that the program is busy with something else.
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
    // 没有指定本地端口：内核给每个客户端挑一个临时端口（ip(7) 的 ip_local_port_range）。
    // connect 发出 SYN，收到 SYN 加 ACK 就返回。服务器的程序还没有调用 accept，客户端看不出来。
    // No local port is named: the kernel picks an ephemeral port for each client
    // (ip_local_port_range in ip(7)). connect sends a SYN and returns when SYN and ACK come back.
    // The client cannot see that the server's program has not called accept yet.
    let mut client = TcpStream::connect(address).map_err(|error| explain(error, address))?;
    let (local, peer) = (client.local_addr()?, client.peer_addr()?);
    say(format_args!(
        "已连接 connected: 本地 local {local}, 对端 peer {peer}"
    ));
    // 写也成功：字节停在服务器一侧的接收缓冲区里，等程序来读。那边的内核照样回 ACK：
    // ACK 说的是“内核收到了”，不是“程序读过了”。
    // Writing succeeds too: the bytes wait in the receive buffer on the server's side. Its kernel
    // sends the ACK all the same: ACK means that the kernel has the bytes, not that the program
    // has read them.
    write!(client, "我是 I am {number}").map_err(|error| explain(error, peer))?;
    // 内核在这些字节后面发 FIN：“我不再发了。”服务器读完它们，就会读到 0 字节。
    // The kernel sends FIN after these bytes: "I will send no more." The server reads them, and
    // then it reads 0 bytes.
    client.shutdown(Shutdown::Write)?;
    // 交出去，不在这里关闭：三条连接要同时开着。
    // Handed to the caller, not closed here: the three connections stay open at the same time.
    Ok(client)
}
// ANCHOR_END: connect

// ANCHOR: accept
fn accept(listener: &TcpListener) -> Result<()> {
    // 从队列里取一条已建立的连接，得到新的套接字；监听套接字不变（accept(2)）。
    // 新套接字的本地端口就是监听的端口。三条连接怎样分得清？看四样：两端的地址，两端的端口；
    // 三个客户端的端口各不相同。
    // Takes one established connection from the queue as a new socket; the listening socket stays
    // as it is (accept(2)). The new socket's local port is the one that we listen on. What tells
    // the three connections apart? Four things: the addresses and the ports of both ends. Each of
    // the three clients has a port of its own.
    let (socket, peer) = listener.accept()?;
    let local = socket.local_addr()?;
    // 来的也可能是别的程序，它可以一直不说话，也可以说个没完：最多等 5 秒，最多读 64 字节。
    // It could be some other program, which says nothing at all, or never ends: wait at most 5
    // seconds, read at most 64 bytes.
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut bytes = Vec::new();
    let end = socket.take(64).read_to_end(&mut bytes);
    end.map_err(|error| explain(error, peer))?;
    let text = printable(&String::from_utf8_lossy(&bytes));
    say(format_args!(
        "接受 accepted: 本地 local {local}, 对端 peer {peer}: {text}"
    ));
    Ok(())
}
// ANCHOR_END: accept
