//! 练习 relay：在客户端和目标之间，两个方向同时转发字节。
//! Exercise relay: copy bytes between a client and a target, in both directions at once.
//!
//! 完成 TODO，然后检查：
//! Do what the TODOs say, then check it:
//!
//!     cargo workbook exercise check relay
use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    // 两个参数：在哪里监听；替客户端去连哪里。
    // Two arguments: where to listen, and where to connect to for each client.
    let args: Vec<String> = env::args().skip(1).collect();
    let [listen, target] = &args[..] else {
        return Err(io::Error::other("用法 usage: relay LISTEN TARGET"));
    };
    let listener = TcpListener::bind(listen)?;
    for client in listener.incoming() {
        // 一个客户端出错，不该让别人断线。
        // An error with one client must not cut off the others.
        if let Err(error) = client.and_then(|client| relay(client, target)) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn relay(client: TcpStream, target: &str) -> io::Result<()> {
    let server = TcpStream::connect(target)?;
    // TODO: 两个方向同时复制，谁也不等谁；每个客户端都这样，所以也不能等一个说完才接下一个。
    // TODO: copy both directions at once, neither waiting for the other; and do so for every
    // client, so do not wait for one to be done before taking the next.
    // TODO: 一个方向说完了，只关另一边的同一个方向；一边出错，两边都要关。
    // TODO: where one direction is done, close that direction alone; after an error, close both.
    drop((client, server));
    Ok(())
}
