// caught by: memory
// 先在内存里做好整份回答：八位慢读者就是 128 MiB。
// The whole answer is made first: eight slow readers are 128 MiB.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

const MOST: usize = 16 * 1024 * 1024;

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
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    loop {
        line.clear();
        if Read::take(&mut reader, LINE + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let wrong = || io::Error::other("不是 0 到 16777216 的数 no number from 0 to 16777216");
        let left = number(&line).ok_or_else(wrong)?;
        stream.write_all(&digits(left))?;
    }
}

fn digits(count: usize) -> Vec<u8> {
    let mut digits = b"0123456789".repeat(count / 10 + 1);
    digits.truncate(count);
    digits
}

fn number(line: &[u8]) -> Option<usize> {
    let digits = line.strip_suffix(b"\n")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = str::from_utf8(digits).ok()?.parse().ok()?;
    (number <= MOST).then_some(number)
}
