// caught by: pauses
// 一块要等 0.5 秒才写得完，就当对方死了，断开。
// A block that takes 0.5 s to write means to it that the peer is dead: it breaks off.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

const MOST: usize = 16 * 1024 * 1024;

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
            let began = Instant::now();
            stream.write_all(&block[..count])?;
            if began.elapsed() > Duration::from_millis(500) {
                return Err(io::Error::other("太慢 too slow"));
            }
            left -= count;
        }
    }
}

fn number(line: &[u8]) -> Option<usize> {
    let digits = line.strip_suffix(b"\n")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = str::from_utf8(digits).ok()?.parse().ok()?;
    (number <= MOST).then_some(number)
}
