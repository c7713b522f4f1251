// caught by: long
// 缓冲区只有 64 KiB，装满就不读了。
// The buffer has 64 KiB: when it is full, reading stops.
use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    stream.write_all("你好\n".as_bytes())?;
    let mut buffer = vec![0; 64 * 1024];
    let mut filled = 0;
    loop {
        let count = stream.read(&mut buffer[filled..])?;
        if count == 0 {
            break;
        }
        filled += count;
    }
    print!("{}", String::from_utf8_lossy(&buffer[..filled]));
    Ok(())
}
