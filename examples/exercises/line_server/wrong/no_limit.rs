// caught by: long
// 一行可以无限长：对方要存多少就存多少。
// A line may be of any length: the peer decides how much is kept.
use std::env;
use std::io::{self, BufRead, BufReader, Write};
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

fn serve(stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        answer(&stream, &line)?;
        line.clear();
    }
    Ok(())
}

fn answer(mut stream: &TcpStream, line: &[u8]) -> io::Result<()> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\r', '\n']);
    stream.write_all(format!("{}\n", text.chars().count()).as_bytes())
}
