//! 练习 slow_reader：客户要多少字节就送多少，不管他读得多慢。
//! Exercise slow_reader: send a client as many bytes as it asks for, however slowly it reads.
//!
//!     cargo workbook exercise check slow_reader
use std::env;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};

/// 一次最多要这么多字节。
/// Nobody gets more bytes than this at once.
const MOST: usize = 16 * 1024 * 1024;

/// 一行最多这么多位数字，\n 不算。
/// A line has at most this many digits, its \n not counted.
const LINE: u64 = 32;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // TODO: 一位慢，别人不能等。
        // TODO: if one is slow, nobody else may wait.
        if let Err(error) = stream.and_then(serve) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn serve(stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    // 对方让我们存的有上限：一行最多 LINE 字节，加上 \n。
    // What the peer makes us keep has a bound: LINE bytes a line, and its \n.
    Read::take(&mut reader, LINE + 1).read_until(b'\n', &mut line)?;
    let left = number(&line);
    // TODO: 送 left 个字节，0123456789 反复；不要先做好整份回答。然后等下一个数。
    // TODO: send `left` bytes, 0123456789 again and again; do not make the whole answer first.
    //       Then wait for the next number.
    Err(io::Error::other(format!("{left:?}: TODO")))
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
