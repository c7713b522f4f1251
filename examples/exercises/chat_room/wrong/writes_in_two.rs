// caught by: crowd
// 一行分两次写，中间不拿锁：别人的话插了进来。
// A line is written in two pieces, without the lock between: the words of others come in between.
use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

const LINE: u64 = 4096;

static ROOM: Mutex<BTreeMap<SocketAddr, Guest>> = Mutex::new(BTreeMap::new());

struct Guest {
    stream: TcpStream,
}

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        thread::spawn(move || {
            if let Err(error) = stream.and_then(visit) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn visit(stream: TcpStream) -> io::Result<()> {
    let me = stream.peer_addr()?;
    join(me, &stream)?;
    let result = listen(me, &stream);
    room().remove(&me);
    result
}

fn join(me: SocketAddr, stream: &TcpStream) -> io::Result<()> {
    let mut stream = stream.try_clone()?;
    let mut room = room();
    let hello = format!("here: {}\n", room.len() + 1);
    stream.write_all(hello.as_bytes())?;
    room.insert(me, Guest { stream });
    Ok(())
}

fn listen(me: SocketAddr, stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        Read::take(&mut reader, LINE + 1).read_until(b'\n', &mut line)?;
        if line.ends_with(b"\n") {
            tell_others(me, &line);
        } else if line.len() as u64 > LINE {
            return Err(io::Error::other("一行太长 the line is too long"));
        } else {
            return Ok(());
        }
    }
}

fn tell_others(me: SocketAddr, line: &[u8]) {
    let (text, end) = line.split_at(line.len() - 1);
    for piece in [text, end] {
        room().retain(|&name, guest| name == me || guest.stream.write_all(piece).is_ok());
        thread::sleep(std::time::Duration::from_millis(1));
    }
}

fn room() -> MutexGuard<'static, BTreeMap<SocketAddr, Guest>> {
    ROOM.lock().unwrap_or_else(PoisonError::into_inner)
}
