// caught by: pause
// 一次 read 得到的，当成全部。
// What one read gives is taken for all of it.
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
    let mut buffer = vec![0; 65 * 1024];
    let count = stream.read(&mut buffer)?;
    if count as u64 > LIMIT {
        return refuse(stream);
    }
    stream.write_all(&sorted(&buffer[..count]))
}

fn sorted(bytes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines.sort_unstable();
    lines
        .iter()
        .flat_map(|line| [line, &b"\n"[..]].concat())
        .collect()
}

fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(b"too long\n")?;
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink())?;
    Ok(())
}
