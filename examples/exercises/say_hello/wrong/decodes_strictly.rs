// caught by: bad_bytes
// read_to_string 遇到坏字节就返回错误，什么也没打印。
// read_to_string gives an error at bad bytes, and nothing is printed.
use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    stream.write_all("你好\n".as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    print!("{answer}");
    Ok(())
}
