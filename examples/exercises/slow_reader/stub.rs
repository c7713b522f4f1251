//! 练习 slow_reader：客户要多少字节就送多少，不管他读得多慢。
//! Exercise slow_reader: send a client as many bytes as it asks for, however slowly it reads.
//!
//!     cargo workbook exercise check slow_reader
use std::env;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};

/// 一次最多要这么多字节。
/// Nobody gets more than so many bytes at once.
const MOST: usize = 16 * 1024 * 1024;

/// 写一个数的一行不会更长。
/// A line with a number is no longer than this.
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
    // 对方让我们存的有上限：一行最多 LINE 字节。
    // What the peer makes us keep has a bound: LINE bytes a line.
    Read::take(&mut reader, LINE).read_until(b'\n', &mut line)?;
    let left = number(&line);
    // TODO: 送 left 个字节，0123456789 反复；不要先做好整份回答。然后等下一个数。
    // TODO: send `left` bytes, 0123456789 again and again; do not make the whole answer first.
    //       Then wait for the next number.
    Err(io::Error::other(format!("{left:?}: TODO")))
}

fn number(line: &[u8]) -> Option<usize> {
    let number = str::from_utf8(line).ok()?.trim_end().parse().ok()?;
    (number <= MOST).then_some(number)
}
