// caught by: cut
// 每次 read 都解码：断在中间的字多数了几个。
// Each read is decoded: a character cut in two counts as more.
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
    let (mut buffer, mut held) = ([0; 1024], String::new());
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        held.push_str(&String::from_utf8_lossy(&buffer[..count]));
        while let Some(end) = held.find('\n') {
            let line: String = held.drain(..=end).collect();
            answer(&stream, line.as_bytes())?;
        }
    }
}

fn answer(mut stream: &TcpStream, line: &[u8]) -> io::Result<()> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\r', '\n']);
    stream.write_all(format!("{}\n", text.chars().count()).as_bytes())
}
