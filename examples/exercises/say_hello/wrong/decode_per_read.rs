// caught by: dribble
// 每次 read 都解码：一个汉字成了三个 �。
// Each read is decoded: a Chinese character becomes three �.
use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    stream.write_all("你好\n".as_bytes())?;
    let mut buffer = [0; 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        print!("{}", String::from_utf8_lossy(&buffer[..count]));
    }
}
