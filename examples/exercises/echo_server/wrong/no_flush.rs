// caught by: plain
// 写进 BufWriter，没有 flush：字节留在程序里。
// Written into a BufWriter and not flushed: the bytes stay in the program.
use std::env;
use std::io::{self, BufWriter, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(echo) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut writer = BufWriter::new(stream.try_clone()?);
    let mut buffer = [0; 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        writer.write_all(&buffer[..count])?;
    }
}
