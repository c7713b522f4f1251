// caught by: plain
// 说完就走，没有读回答。
// It speaks and leaves: the answer is not read.
use std::env;
use std::io::{self, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    stream.write_all("你好\n".as_bytes())
}
