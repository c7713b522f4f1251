//! 练习 echo_server：把收到的字节原样送回去，直到对方说完。
//! Exercise echo_server: send back every byte that comes, until the peer is done.
use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    // 地址是最后一个参数：监听它，不要自己另选。
    // The address is the last argument: listen there, and nowhere else.
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // 一个客户端出错，不该让服务器结束。
        // An error with one client must not end the server.
        if let Err(error) = echo(stream?) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn echo(stream: TcpStream) -> io::Result<()> {
    // TODO: 读一些，写回去；read 返回 0 就是对方说完了。
    // TODO: read some, write it back; when read gives 0, the peer is done.
    drop(stream);
    Ok(())
}
