// caught by: hello
// 长度按小端序读：00 00 00 05 成了 83886080。
// The length is read little-endian: 00 00 00 05 becomes 83886080.
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
        let length = u32::from_le_bytes(length);
        let mut body = vec![0; length as usize];
        stream.read_exact(&mut body)?;
        let text = String::from_utf8(body).map_err(io::Error::other)?;
        let text: String = text.chars().rev().collect();
        let mut frame = (text.len() as u32).to_le_bytes().to_vec();
        frame.extend_from_slice(text.as_bytes());
        stream.write_all(&frame)?;
    }
}
