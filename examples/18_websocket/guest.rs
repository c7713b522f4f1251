//! 一位客人：握手，然后一个线程读、一个线程写。房间是 03 的房间。
//! A guest: the handshake, then a thread that reads and one that writes. The room is that of 03.
use std::io::{self, ErrorKind};
use std::iter;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, Builder};

use common::printable;

use super::handshake::{self, HEAD};
use super::incoming::{End, Incoming};
use super::options::Options;
use super::outgoing::{Outgoing, one_line};
use super::room::Room;
use super::wire::Wire;
use super::{DEADLINE, GRACE, HANDSHAKE, LINE, QUEUE};

const DONE: u16 = 1000;
const GOING_AWAY: u16 = 1001;
const TRY_LATER: u16 = 1013;

pub(crate) fn guest(room: &Room, options: &Options, stream: &Arc<TcpStream>) {
    let peer = match stream.peer_addr() {
        Ok(address) => address.to_string(),
        Err(_) => return,
    };
    match shake_hands(room, options, stream, &peer) {
        Ok(Some(wires)) => chat(room, options, stream, &peer, wires),
        Ok(None) => {}
        Err(error) => room.show(&format!("! {peer} 握手没有完成 no handshake: {error}")),
    }
}

// ANCHOR: handshake
/// 握手；拒绝了是 `None`。
/// The handshake; `None`: refused.
fn shake_hands(
    room: &Room,
    options: &Options,
    stream: &TcpStream,
    peer: &str,
) -> io::Result<Option<(Wire, Wire)>> {
    // 期限管整个首部：一个字节一个字节地来，也只等 5 秒。
    // The deadline is for the whole header section: a byte at a time, it is still 5 s.
    let mut wire = Wire::new(stream.try_clone()?, HANDSHAKE);
    let head = wire.head(HEAD)?;
    match handshake::answer(&head, &options.origins) {
        Ok((answer, origin)) => {
            room.show(&format!(
                "{peer} 握手 handshake, Origin: {}",
                printable(&origin)
            ));
            wire.send(answer.as_bytes())?;
            Ok(Some((wire, Wire::new(stream.try_clone()?, DEADLINE))))
        }
        Err(refusal) => {
            let why = printable(&refusal.1);
            room.show(&format!("! {peer} 拒绝 refused: {}: {why}", refusal.0));
            wire.send(handshake::refusal(&refusal).as_bytes())?;
            wire.goodbye();
            Ok(None)
        }
    }
}
// ANCHOR_END: handshake

// ANCHOR: chat
fn chat(
    room: &Room,
    options: &Options,
    stream: &Arc<TcpStream>,
    peer: &str,
    (reading, writing): (Wire, Wire),
) {
    let outgoing = &Outgoing::new(writing, false, false);
    let mut incoming = Incoming::new(reading, true, LINE, false);
    // 房间把行放进 `queue`，写线程从 `lines` 里取；读线程放开 `here`，写线程就知道对方也关了。
    // The room puts lines into `queue`, the writer takes them from `lines`. When the reader drops
    // `here`, the writer knows that the peer has closed too.
    let (queue, lines) = mpsc::sync_channel(QUEUE);
    let (here, gone) = mpsc::channel::<()>();
    // 没能坐下的人，听完一句话，得到的代码是 1013：以后再来。
    // Without a seat, a guest hears one line and gets the code 1013: try again later.
    let code = &AtomicU16::new(TRY_LATER);
    thread::scope(|scope| {
        let writer = move || {
            // 说了 Close，等对方也关，最多 2 秒；写不出去，就不等了，停在 read 里的线程也醒来。
            // Close is said: wait 2 s for the peer to close, too. If writing fails do not wait, and
            // the thread in read wakes up.
            if write(room, outgoing, &lines, code).is_ok() {
                let _ = gone.recv_timeout(GRACE);
            }
            let _ = stream.shutdown(Shutdown::Both);
        };
        if Builder::new().spawn_scoped(scope, writer).is_err() {
            return;
        }
        let mut end = End::Ours;
        if let Some(id) = room.join(options.max, queue, Arc::clone(stream)) {
            code.store(DONE, Ordering::Relaxed);
            end = read(room, id, &mut incoming, outgoing, options);
            if let End::Failed(fault) = end {
                room.show(&format!("! {peer} {}: {}", fault.code, fault.why));
            } else if let End::Quiet = end {
                room.show(&format!("! {peer} 不回答 ping no answer to ping"));
            }
            // 房间放手；写线程送完剩下的，说 Close。
            // The room lets go; the writer delivers what is left, and says Close.
            room.leave(id);
        }
        if let End::Ours = end {
            incoming.wait_for_close();
        }
        incoming.wire.goodbye();
        drop(here);
    });
}

fn read(
    room: &Room,
    id: u64,
    incoming: &mut Incoming,
    outgoing: &Outgoing,
    options: &Options,
) -> End {
    loop {
        match incoming.text(outgoing, options.ping) {
            // 一条消息就是一行：在 03 里，行要自己找；在这里，帧已经分好了。
            // A message is a line. 03 had to find where a line ends; here frames have done it.
            Ok(text) if room.hear(id, Ok(Some(one_line(&text)))) => {}
            Ok(_) => return End::Ours,
            Err(end) => return end,
        }
    }
}

fn write(
    room: &Room,
    outgoing: &Outgoing,
    lines: &Receiver<Arc<str>>,
    code: &AtomicU16,
) -> io::Result<()> {
    while let Ok(first) = lines.recv() {
        // 房间关了以后，读得慢的人最多再拖 5 秒。
        // Once the room is closed, a slow reader gets 5 s more.
        if room.closed_for().is_some_and(|time| time > DEADLINE) {
            return Err(ErrorKind::TimedOut.into());
        }
        let waiting = iter::once(first).chain(lines.try_iter().take(QUEUE));
        outgoing.texts(&Vec::from_iter(waiting))?;
    }
    // 队列空了，房间也放了手：客人要走是 1000，服务器要关是 1001。
    // The queue is empty and the room has let go: 1000 if the guest leaves, 1001 if the server does.
    outgoing.close(Some(match room.closed_for() {
        Some(_) => GOING_AWAY,
        None => code.load(Ordering::Relaxed),
    }));
    Ok(())
}
// ANCHOR_END: chat
