// caught by: refused
// connect 的错误用 unwrap：panic，状态 101。
// The error of connect meets unwrap: a panic, status 101.
use std::env;
use std::io::{self, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all("你好\n".as_bytes())?;
    io::copy(&mut stream, &mut io::stdout())?;
    Ok(())
}
