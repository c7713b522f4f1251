//! 练习 length_prefix：每条消息是 4 字节大端序的长度加正文；把正文的字颠倒，同样装好送回去。
//! Exercise length_prefix: a message is 4 bytes of length, big-endian, and a body; send the
//! body's characters back reversed, in the same frame.
//!
//! 检查 check: cargo workbook exercise check length_prefix
use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    // 地址是最后一个参数：监听它，不要自己另选。
    // The address is the last argument: listen there, and nowhere else.
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // 一位客户出错，不该让服务器结束。
        // An error with one client must not end the server.
        if let Err(error) = stream.and_then(serve) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn serve(stream: TcpStream) -> io::Result<()> {
    // TODO: 读满 4 个字节，得到长度；超过 64 KiB 就断开。
    // TODO: read all 4 bytes, which give the length; beyond 64 KiB, end the connection.
    // TODO: 读满正文，解码，把字颠倒；回答也是长度加正文。一直到对方结束。
    // TODO: read all of the body, decode it, reverse its characters; answer with length and body.
    //       Go on until the peer ends.
    drop(stream);
    Ok(())
}
