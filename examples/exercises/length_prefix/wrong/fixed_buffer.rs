// caught by: longest
// 缓冲区是 4096 字节：再长的消息放不下。
// The buffer has 4096 bytes: a longer message does not fit.
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
    let mut buffer = [0; 4096];
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        let body = &mut buffer[..length.min(4096)];
        stream.read_exact(body)?;
        answer(&stream, body.to_vec())?;
    }
}

fn answer(mut stream: &TcpStream, body: Vec<u8>) -> io::Result<()> {
    let text = String::from_utf8(body).map_err(io::Error::other)?;
    let text: String = text.chars().rev().collect();
    let mut frame = (text.len() as u32).to_be_bytes().to_vec();
    frame.extend_from_slice(text.as_bytes());
    stream.write_all(&frame)
}
