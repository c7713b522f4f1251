//! UDP：没有连接，就按客户端的地址认人；每个客户端有一个自己的套接字，服务器的回答到那里。
//! UDP: there is no connection, so a client is known by its address; each client has a socket of
//! its own here, where the server's answers come.
use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use common::{explain, say};

use crate::Plan;
use crate::piece::What;
use crate::pump::{Label, pump};

const CLIENTS_MAX: usize = 32;
/// 等着送走的数据报，每个方向最多这么多；再来的就丢，像路由器的队列一样。
/// The most datagrams that wait in each direction; more are lost, as in the queue of a router.
const WAITING: usize = 32;
/// 一个数据报最多这么长（长度字段是 16 位，RFC 768）。
/// The most bytes of a datagram (its length field has 16 bits, RFC 768).
const LARGEST: usize = 65_535;
const LOOK_UP: Duration = Duration::from_millis(500);

/// 一个客户端。
/// One client.
struct Client {
    number: u64,
    address: SocketAddr,
    /// 到服务器的套接字。
    /// The socket towards the server.
    server: UdpSocket,
    /// 最近一次有数据报经过的时刻。
    /// The last time that a datagram has passed.
    moved: Mutex<Instant>,
}

type Came = (Instant, What);

pub(crate) fn relay(plan: &Arc<Plan>) -> Result<()> {
    let door = UdpSocket::bind(plan.listen).map_err(|error| explain(error, plan.listen))?;
    door.set_read_timeout(Some(LOOK_UP))?;
    say(format_args!(
        "等数据报 waiting for datagrams on {}，转给 passing on to {}",
        door.local_addr()?,
        plan.target
    ));
    let door = Arc::new(door);
    let mut clients: HashMap<SocketAddr, (Arc<Client>, SyncSender<Came>, u64)> = HashMap::new();
    let mut number = 0;
    let mut buffer = vec![0; LARGEST];
    loop {
        let came = door.recv_from(&mut buffer);
        // 没有人会说“结束”：安静太久的，就忘掉它。
        // Nobody says that this is the end: a client that was silent for too long is forgotten.
        clients.retain(|_, (client, ..)| client.silence() < plan.idle);
        // 期限到了；或者，在 Windows 上，上一个回答没有人收：别的客户端不该受影响。
        // The deadline has passed; or, on Windows, nobody took the last answer: no matter for other
        // clients.
        let Ok((size, address)) = came else { continue };
        if !clients.contains_key(&address) {
            if clients.len() >= CLIENTS_MAX {
                say("客户端太多，丢了一个数据报 too many clients, one datagram is lost");
                continue;
            }
            number += 1;
            match start(plan, &door, address, number) {
                Ok((client, pass)) => clients.insert(address, (client, pass, 0)),
                Err(error) => {
                    say(format_args!("{number} ! {error}"));
                    continue;
                }
            };
        }
        if let Some((client, pass, count)) = clients.get_mut(&address) {
            *count += 1;
            client.pass_on(pass, *count, &buffer[..size]);
        }
    }
}

/// 新来的客户端：一个套接字，三个线程。
/// A new client: a socket, and three threads.
fn start(
    plan: &Arc<Plan>,
    door: &Arc<UdpSocket>,
    address: SocketAddr,
    number: u64,
) -> io::Result<(Arc<Client>, SyncSender<Came>)> {
    let any: SocketAddr = match plan.target {
        SocketAddr::V4(_) => ([0; 4], 0).into(),
        SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
    };
    let server = UdpSocket::bind(any)?;
    // connect 不发包，只记下服务器：别人发来的，内核就不交给这个套接字。
    // connect sends nothing, it notes the server: the kernel keeps what others send from this socket.
    server.connect(plan.target)?;
    server.set_read_timeout(Some(LOOK_UP))?;
    let moved = Mutex::new(Instant::now());
    let client = Arc::new(Client {
        number,
        address,
        server,
        moved,
    });
    let (to_server, for_server) = sync_channel(WAITING);
    let (to_client, for_client) = sync_channel(WAITING);
    let (this, chain) = (Arc::clone(&client), plan.chain(true));
    spawn(move || {
        let to_server = true;
        pump(&for_server, chain, Label { number, to_server }, |what| {
            this.tell(what, |bytes| this.server.send(bytes))
        });
    })?;
    let (this, door) = (Arc::clone(&client), Arc::clone(door));
    let chain = plan.chain(false);
    spawn(move || {
        let to_server = false;
        pump(&for_client, chain, Label { number, to_server }, |what| {
            this.tell(what, |bytes| door.send_to(bytes, this.address))
        });
    })?;
    // 最后才启动它：前面的失败了，通道一断，线程就走，什么也不留下。
    // It starts last: if one before it fails, the channels close and the threads go.
    let (this, idle) = (Arc::clone(&client), plan.idle);
    spawn(move || this.listen(&to_client, idle))?;
    Ok((client, to_server))
}

fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(work).map(drop)
}

impl Client {
    /// 等服务器的回答。
    /// Waits for the server's answers.
    fn listen(&self, pass: &SyncSender<Came>, idle: Duration) {
        let mut buffer = vec![0; LARGEST];
        let mut count = 0;
        while self.silence() < idle {
            match self.server.recv(&mut buffer) {
                Ok(size) => {
                    count += 1;
                    self.pass_on(pass, count, &buffer[..size]);
                }
                // 没有人在那个端口上：目标主机回了 ICMP，内核现在才告诉我们（RFC 1122 §4.1.3.3）。
                // Nobody is at that port: the host answered with ICMP, and the kernel tells us only
                // now (RFC 1122 §4.1.3.3).
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => self.complain(&error),
                Err(_) => {}
            }
        }
    }

    /// 交给另一个线程；排满了就丢。
    /// Hands it to the other thread; if the queue is full, it is lost.
    fn pass_on(&self, pass: &SyncSender<Came>, number: u64, datagram: &[u8]) {
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let _ = pass.try_send((Instant::now(), What::Datagram(number, datagram.to_vec())));
    }

    /// 送走一个；送不走，后面的照样送。
    /// Sends one; if that fails, the others are sent all the same.
    fn tell(&self, what: &What, send: impl Fn(&[u8]) -> io::Result<usize>) -> bool {
        if let What::Datagram(_, bytes) = what
            && let Err(error) = send(bytes)
        {
            self.complain(&error);
        }
        true
    }

    fn complain(&self, error: &io::Error) {
        say(format_args!("{} ! {error}", self.number));
    }

    fn silence(&self) -> Duration {
        let moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        moved.elapsed()
    }
}
