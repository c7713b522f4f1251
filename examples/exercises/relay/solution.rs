//! 练习 relay 的一种解法：每个客户端两个线程，一个方向一个。
//! A solution of the exercise relay: two threads a client, one for each direction.
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use std::{env, thread};

// 能一直涨的东西都有上限：等连接的时间，同时转发的人数，每个方向的缓冲区。
// What could grow has a bound: the wait for a connection, the clients, the buffer of a direction.
const CONNECT: Duration = Duration::from_secs(5);
const CLIENTS: usize = 200;
const BUFFER: usize = 16 * 1024;

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [listen, target] = &args[..] else {
        return Err(io::Error::other("用法 usage: relay LISTEN TARGET"));
    };
    let target: SocketAddr = target.parse().map_err(io::Error::other)?;
    let listener = TcpListener::bind(listen)?;
    let seats = Arc::new(());
    for client in listener.incoming() {
        // 客满：`client` 在这里关闭。
        // Full: `client` closes here.
        if Arc::strong_count(&seats) > CLIENTS {
            continue;
        }
        // 连目标也可能要等，所以在线程里连，不耽误下一位。
        // Connecting to the target may take long: do it in the thread, and keep nobody waiting.
        let seat = Arc::clone(&seats);
        thread::spawn(move || {
            if let Err(error) = client.and_then(|client| relay(client, target)) {
                eprintln!("{error}");
            }
            drop(seat);
        });
    }
    Ok(())
}

fn relay(client: TcpStream, target: SocketAddr) -> io::Result<()> {
    // 目标拒绝时，`?` 返回，`client` 随之关闭：客户端看到结束，不会一直等。
    // If the target refuses, `?` returns and `client` closes: the client sees the end, and does
    // not wait for ever.
    let server = TcpStream::connect_timeout(&target, CONNECT)?;
    // try_clone 是同一条连接的另一个句柄：一个线程读它，另一个线程写它。
    // try_clone is another handle of the same connection: one thread reads it, another writes it.
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    let up = thread::spawn(move || copy(from, to));
    copy(server, client);
    // 两个方向都完了，句柄都关了，连接才真的关闭。
    // When both directions are done and every handle has closed, the connections close.
    let _ = up.join();
    Ok(())
}

/// 一个方向：从 `from` 读，写到 `to`，直到 `from` 说完，或者出错。
/// One direction: read from `from` and write to `to`, until `from` is done, or an error.
fn copy(mut from: TcpStream, mut to: TcpStream) {
    match forward(&mut from, &mut to) {
        // 说完了：只把这个方向的 FIN 传下去，另一个方向可能还有话。
        // Done: pass on the FIN of this direction alone; the other may have more to say.
        Ok(()) => drop(to.shutdown(Shutdown::Write)),
        // 断了：两条连接都关。另一个线程正在 read 里等，
        // 它手里的句柄还开着，只 drop 我们的叫不醒它，shutdown 才行。
        // Broken: shut both connections. The other thread waits in read with handles of its own,
        // so dropping ours would not wake it; shutdown does.
        Err(_) => {
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        }
    }
}

fn forward(from: &mut TcpStream, to: &mut TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            // 对方不读，write_all 就等着，我们也就不再 read：内存不涨，
            // 等待一直传回到发送的人（背压）。
            // Where the peer does not read, write_all waits, and we read no more: memory does not
            // grow, and the wait reaches the sender (back-pressure).
            Ok(count) => to.write_all(&buffer[..count])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
