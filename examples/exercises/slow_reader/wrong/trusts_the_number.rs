// caught by: bad
// 对方要多少就送多少，没有上限。
// It sends as much as the peer asks for, without a bound.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

const BLOCK: usize = 40_000;

const LINE: u64 = 32;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        thread::spawn(move || {
            if let Err(error) = stream.and_then(serve) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let block = b"0123456789".repeat(BLOCK / 10);
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    loop {
        line.clear();
        if Read::take(&mut reader, LINE + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let wrong = || io::Error::other("不是 0 到 16777216 的数 no number from 0 to 16777216");
        let mut left = number(&line).ok_or_else(wrong)?;
        while left > 0 {
            let count = left.min(BLOCK);
            stream.write_all(&block[..count])?;
            left -= count;
        }
    }
}

fn number(line: &[u8]) -> Option<usize> {
    let digits = line.strip_suffix(b"\n")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    str::from_utf8(digits).ok()?.parse().ok()
}
