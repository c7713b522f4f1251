// caught by: limit
// 一行可以无限长：400 ms 里来多少就存多少。
// A line may be of any length: all that comes in 400 ms is kept.
use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

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
    let deadline = Instant::now() + LIMIT;
    let mut buffer = [0; LINE];
    loop {
        match held.iter().position(|&byte| byte == b'\n') {
            Some(end) => return Ok(Some(held.drain(..=end).collect())),
            None => {}
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(None);
        }
        held.extend_from_slice(&buffer[..count]);
    }
}
