//! 练习 chat_room 的一种解法。
//! A solution of the exercise chat_room.
use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// 一行最多这么长，\n 不算。
/// A line is no longer than this, its \n not counted.
const LINE: u64 = 4096;

/// 一位最多欠这么多行没有听：占的内存有上限。
/// Nobody is behind by more lines than this: what they cost in memory has a bound.
const QUEUE: usize = 256;

/// 队列满了，大家最多等这么久，然后断开他。
/// Where a queue is full, the room waits so long, then disconnects its owner.
const PATIENCE: Duration = Duration::from_millis(250);

/// 现在在的人。所有线程共用，所以有锁；地址一人一个，正好当名字。
/// Who is in now. All threads share it, hence the lock. An address is one guest's alone: a name.
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

/// 一位客人，从进来到离开。
/// One guest, from coming in to leaving.
fn visit(stream: TcpStream) -> io::Result<()> {
    let me = stream.peer_addr()?;
    join(me, &stream)?;
    let result = listen(me, &stream);
    // 说完了也好，断了也好，都要从名单里去掉；队列放了手，写线程送完剩下的就结束。
    // Done or broken off: off the list. With its queue dropped, the writer delivers the rest and ends.
    room().remove(&me);
    result
}

fn join(me: SocketAddr, stream: &TcpStream) -> io::Result<()> {
    let (queue, lines) = mpsc::sync_channel::<Arc<[u8]>>(QUEUE);
    let mut writer = stream.try_clone()?;
    // 写也会等，所以另用一个线程：他不读，停住的只有这个线程。
    // Writing waits too, so it has a thread: if the guest does not read, only this one waits.
    writer.set_write_timeout(Some(Duration::from_secs(5)))?;
    thread::spawn(move || lines.iter().all(|line| writer.write_all(&line).is_ok()));
    let stream = stream.try_clone()?;
    let mut room = room();
    let hello = format!("here: {}\n", room.len() + 1);
    // 队列是新的，一定放得下。
    // The queue is new: there is room for a line.
    let _ = queue.try_send(hello.as_bytes().into());
    room.insert(me, Guest { queue, stream });
    Ok(())
}

fn listen(me: SocketAddr, stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        // 等到整行再送，不管它分几次来；take 给它上限。
        // A line goes on when it is whole, in however many pieces it comes; take bounds it.
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

/// 放进每个人的队列。拿着锁，所以不碰网络：这里不能有 write。
/// Into everyone's queue. The lock is held, so nothing here touches the network: no write.
fn tell_others(me: SocketAddr, line: &[u8]) {
    let line: Arc<[u8]> = line.into();
    let until = Instant::now() + PATIENCE;
    room().retain(|&name, guest| name == me || guest.takes(&line, until));
}

impl Guest {
    /// 放得下吗？满了就等到 `until`；还是满，就断开。
    /// Is there room? A full queue is waited for up to `until`; then its owner is disconnected.
    fn takes(&self, line: &Arc<[u8]>, until: Instant) -> bool {
        while let Err(error) = self.queue.try_send(Arc::clone(line)) {
            let gone = matches!(error, TrySendError::Disconnected(_));
            if gone || Instant::now() >= until {
                // 写线程正停在 write 里：关掉连接，它就醒来。
                // Its writer waits in write: closing the connection wakes it.
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
