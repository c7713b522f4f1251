// caught by: bad_bytes
// 正文不是 UTF-8 就 panic：一位客户让整个服务器结束。
// A body that is not UTF-8 makes it panic: one client ends the whole server.
use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(serve) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut body)?;
        let text = String::from_utf8(body).unwrap();
        let text: String = text.chars().rev().collect();
        stream.write_all(&[&length[..], text.as_bytes()].concat())?;
    }
}
