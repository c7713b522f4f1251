//! 练习 slow_reader 的一种解法。
//! A solution of the exercise slow_reader.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// 一次最多要这么多字节。
/// Nobody gets more bytes than this at once.
const MOST: usize = 16 * 1024 * 1024;

/// 一块的大小。10 的倍数：每一块都从 0 开始，接得上。
/// The size of a block. A multiple of 10: each block begins with 0, and the digits go on.
const BLOCK: usize = 40_000;

/// 一行最多这么多位数字，\n 不算。
/// A line has at most this many digits, its \n not counted.
const LINE: u64 = 32;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // 一位一个线程：write 停住的时候，停的只是这一位的线程。
        // A thread each: where write waits, only the thread of this one client waits.
        thread::spawn(move || {
            if let Err(error) = stream.and_then(serve) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    // 每位只占这一块内存，不管要多少字节、读得多慢。
    // This block is all the memory that a client costs, however much it asks, however slowly it reads.
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
            // 对方不读，缓冲区满了，write_all 就等着；对方断开，它返回错误。
            // If the peer does not read and buffers are full, write_all waits; if it leaves, it fails.
            stream.write_all(&block[..count])?;
            left -= count;
        }
    }
}

fn number(line: &[u8]) -> Option<usize> {
    let digits = line.strip_suffix(b"\n")?;
    // 只有数字才算：parse 自己还会收下 +5。
    // Digits and nothing else: parse alone would take +5, too.
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = str::from_utf8(digits).ok()?.parse().ok()?;
    (number <= MOST).then_some(number)
}
