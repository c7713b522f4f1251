// caught by: plain
// 读到 0 就走，没有回答：以为对方已经不在了。
// At 0 it leaves without an answer: it thinks that nobody is there any more.
use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

const LIMIT: u64 = 64 * 1024;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        thread::spawn(move || {
            if let Err(error) = stream.and_then(serve) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let (mut buffer, mut held) = ([0; 4096], Vec::new());
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        held.extend_from_slice(&buffer[..count]);
        if held.len() as u64 > LIMIT {
            return refuse(stream);
        }
    }
}

fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(b"too long\n")?;
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink())?;
    Ok(())
}
