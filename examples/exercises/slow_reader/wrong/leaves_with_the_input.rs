// caught by: half_close
// 读到 0 就关掉整条连接，要的还没送完。
// At 0 it closes the whole connection, with the answer not all sent.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

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

fn serve(stream: TcpStream) -> io::Result<()> {
    let (queue, numbers) = mpsc::sync_channel::<usize>(1);
    let mut writer = stream.try_clone()?;
    thread::spawn(move || {
        numbers
            .iter()
            .all(|number| send(&mut writer, number).is_ok())
    });
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    loop {
        line.clear();
        if Read::take(&mut reader, LINE + 1).read_until(b'\n', &mut line)? == 0 {
            return stream.shutdown(Shutdown::Both);
        }
        let wrong = || io::Error::other("不是 0 到 16777216 的数 no number from 0 to 16777216");
        let left = number(&line).ok_or_else(wrong)?;
        let _ = queue.send(left);
    }
}

fn send(stream: &mut TcpStream, mut left: usize) -> io::Result<()> {
    let block = b"0123456789".repeat(BLOCK / 10);
    while left > 0 {
        let count = left.min(BLOCK);
        stream.write_all(&block[..count])?;
        left -= count;
    }
    Ok(())
}

fn number(line: &[u8]) -> Option<usize> {
    let digits = line.strip_suffix(b"\n")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = str::from_utf8(digits).ok()?.parse().ok()?;
    (number <= MOST).then_some(number)
}
