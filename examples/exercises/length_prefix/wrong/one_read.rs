// caught by: glue
// 一次 read 当成一条消息：后面跟着的消息成了它的正文。
// One read is taken for one message: those that follow become part of its body.
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
    let mut buffer = [0; 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        if count < 4 {
            return Ok(());
        }
        answer(&stream, buffer[4..count].to_vec())?;
    }
}

fn answer(mut stream: &TcpStream, body: Vec<u8>) -> io::Result<()> {
    let text = String::from_utf8(body).map_err(io::Error::other)?;
    let text: String = text.chars().rev().collect();
    let mut frame = (text.len() as u32).to_be_bytes().to_vec();
    frame.extend_from_slice(text.as_bytes());
    stream.write_all(&frame)
}
