// caught by: pause
// 一次 read 当成整个回答。
// One read is taken for the whole answer.
use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    stream.write_all("你好\n".as_bytes())?;
    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer)?;
    print!("{}", String::from_utf8_lossy(&buffer[..count]));
    Ok(())
}
