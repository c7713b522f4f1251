// caught by: limit
// 一行可以无限长。
// A line may be of any length.
use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const QUEUE: usize = 256;

const PATIENCE: Duration = Duration::from_millis(250);

static ROOM: Mutex<BTreeMap<SocketAddr, Guest>> = Mutex::new(BTreeMap::new());

struct Guest {
    queue: SyncSender<Arc<[u8]>>,
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
    let (queue, lines) = mpsc::sync_channel::<Arc<[u8]>>(QUEUE);
    let mut writer = stream.try_clone()?;
    writer.set_write_timeout(Some(Duration::from_secs(5)))?;
    thread::spawn(move || lines.iter().all(|line| writer.write_all(&line).is_ok()));
    let stream = stream.try_clone()?;
    let mut room = room();
    let hello = format!("here: {}\n", room.len() + 1);
    let _ = queue.try_send(hello.as_bytes().into());
    room.insert(me, Guest { queue, stream });
    Ok(())
}

fn listen(me: SocketAddr, stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        reader.read_until(b'\n', &mut line)?;
        if line.ends_with(b"\n") {
            tell_others(me, &line);
        } else {
            return Ok(());
        }
    }
}

fn tell_others(me: SocketAddr, line: &[u8]) {
    let line: Arc<[u8]> = line.into();
    let until = Instant::now() + PATIENCE;
    room().retain(|&name, guest| name == me || guest.takes(&line, until));
}

impl Guest {
    fn takes(&self, line: &Arc<[u8]>, until: Instant) -> bool {
        while let Err(error) = self.queue.try_send(Arc::clone(line)) {
            let gone = matches!(error, TrySendError::Disconnected(_));
            if gone || Instant::now() >= until {
                let _ = self.stream.shutdown(Shutdown::Both);
                return false;
            }
            thread::sleep(Duration::from_millis(1));
        }
        true
    }
}

fn room() -> MutexGuard<'static, BTreeMap<SocketAddr, Guest>> {
    ROOM.lock().unwrap_or_else(PoisonError::into_inner)
}
