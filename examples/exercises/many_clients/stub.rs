//! 练习 many_clients：同时接待许多客户；每来一行，打印它，再送回给说它的人。
//! Exercise many_clients: serve many clients at once; print every line that comes, and send it
//! back to the one who said it.
//!
//! 检查 check: cargo workbook exercise check many_clients
use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    // 地址是最后一个参数：监听它，不要自己另选。
    // The address is the last argument: listen there, and nowhere else.
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // TODO: 现在要等这一位走了，才会 accept 下一位。让每一位有自己的线程。
        // TODO: the next one is accepted when this one has gone. Give each a thread of its own.
        if let Err(error) = stream.and_then(serve) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn serve(stream: TcpStream) -> io::Result<()> {
    // TODO: 一行一行地读：打印它，再原样送回去；一行最多 64 KiB。对方结束，就返回。
    // TODO: read line by line: print it, and send it back; at most 64 KiB. At the end, return.
    drop(stream);
    Ok(())
}
