// caught by: reset
// 一位客户断开，服务器也跟着结束。
// One client breaks off, and the server ends with it.
use std::env;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        println!("{}", whole_message(stream?)?);
    }
    Ok(())
}

fn whole_message(stream: TcpStream) -> io::Result<String> {
    let mut message = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut message)?;
    Ok(String::from_utf8_lossy(&message).into_owned())
}
