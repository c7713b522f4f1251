// caught by: deaf
// 队列没有上限：不读的人，让服务器替他存下一切。
// The queue has no bound: who does not read makes the server keep everything.
use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

const LINE: u64 = 4096;

static ROOM: Mutex<BTreeMap<SocketAddr, Guest>> = Mutex::new(BTreeMap::new());

struct Guest {
    queue: Sender<Vec<u8>>,
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
    let (queue, lines) = mpsc::channel::<Vec<u8>>();
    let mut writer = stream.try_clone()?;
    writer.set_write_timeout(Some(Duration::from_secs(5)))?;
    thread::spawn(move || lines.iter().all(|line| writer.write_all(&line).is_ok()));
    let mut room = room();
    let hello = format!("here: {}\n", room.len() + 1);
    let _ = queue.send(hello.into_bytes());
    room.insert(me, Guest { queue });
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
    room().retain(|&name, guest| name == me || guest.queue.send(line.to_vec()).is_ok());
}

fn room() -> MutexGuard<'static, BTreeMap<SocketAddr, Guest>> {
    ROOM.lock().unwrap_or_else(PoisonError::into_inner)
}
