//! 练习 many_clients 的一种解法。
//! A solution of the exercise many_clients.
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// 一行最多这么长（\n 不算），同时最多这么多位：两个上限相乘，就是对方能让我们存的。
/// The most bytes of a line, its \n not counted, and the most clients at once: the product is what
/// peers can make us keep.
const LIMIT: u64 = 64 * 1024;
const CLIENTS: usize = 200;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    // 每个线程拿着一份；份数就是人数，线程一结束，它那份就没了。
    // Every thread holds a copy: their number is that of the clients, and each goes with its thread.
    let seats = Arc::new(());
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        // 坐满了：马上关闭，比让他空等好。
        // No seat left: close at once, which is better than to let them wait for nothing.
        if Arc::strong_count(&seats) > CLIENTS {
            continue;
        }
        // 这里只管 accept；等某一位开口的，是他自己的线程。
        // This loop only accepts; each client's own thread waits for that client to speak.
        let seat = Arc::clone(&seats);
        let started = thread::Builder::new().spawn(move || {
            // 一位客户出错，只结束他的线程。
            // An error with one client ends that client's thread alone.
            if let Err(error) = serve(stream) {
                eprintln!("{error}");
            }
            drop(seat);
        });
        // 系统不给线程了，也只是这一位的事。
        // If the system has no thread left, that is this client's affair too.
        if let Err(error) = started {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn serve(stream: TcpStream) -> io::Result<()> {
    // 缓冲区是这个线程自己的：别人的半行进不来。
    // The buffer is this thread's own: nobody else's half line gets in.
    let mut reader = BufReader::new(&stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = reader.by_ref().take(LIMIT + 1);
        limited.read_until(b'\n', &mut line)?;
        // 没有 \n：对方说完了，留下半行也不回答；或者这一行太长。返回，stream 关闭，内核发出 FIN。
        // No \n: the peer is done, and half a line gets no answer; or the line is too long. On return
        // stream closes, and the kernel sends FIN.
        if line.pop_if(|byte| *byte == b'\n').is_none() {
            return Ok(());
        }
        // println! 锁住标准输出，写完整行才放开：两个线程的行不会混在一起。
        // println! locks the output for the whole line: those of two threads do not mix.
        println!("{}", String::from_utf8_lossy(&line));
        line.push(b'\n');
        (&stream).write_all(&line)?;
    }
}
