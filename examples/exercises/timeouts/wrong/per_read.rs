// caught by: dribble
// 期限是每次 read 的：每 100 ms 一个字节，永远不到期。
// The timeout is for each read: with a byte every 100 ms it never ends.
use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

const LIMIT: Duration = Duration::from_millis(400);

const LINE: usize = 4096;

static HERE: AtomicUsize = AtomicUsize::new(0);

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        thread::spawn(move || {
            HERE.fetch_add(1, Ordering::SeqCst);
            if let Err(error) = stream.and_then(serve) {
                eprintln!("{error}");
            }
            HERE.fetch_sub(1, Ordering::SeqCst);
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.set_write_timeout(Some(LIMIT))?;
    let mut held = Vec::new();
    while let Some(line) = read_line(&mut stream, &mut held)? {
        if line == b"who\n" {
            stream.write_all(format!("{}\n", HERE.load(Ordering::SeqCst)).as_bytes())?;
        } else {
            stream.write_all(&line)?;
        }
    }
    Ok(())
}

fn read_line(stream: &mut TcpStream, held: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = [0; LINE];
    loop {
        match held.iter().position(|&byte| byte == b'\n') {
            Some(end) if end <= LINE => return Ok(Some(held.drain(..=end).collect())),
            None if held.len() <= LINE => {}
            _ => return Err(io::Error::other("一行太长 the line is too long")),
        }
        stream.set_read_timeout(Some(LIMIT))?;
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(None);
        }
        held.extend_from_slice(&buffer[..count]);
    }
}
