// caught by: slow_reader
// 读和写各一个线程，中间的队列没有上限。
// A thread reads, another writes, and the queue between them has no bound.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::{env, thread};

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let listener = TcpListener::bind(&args[0])?;
    for client in listener.incoming() {
        let target = args[1].clone();
        thread::spawn(move || {
            if let Err(error) = client.and_then(|client| relay(client, &target)) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn relay(client: TcpStream, target: &str) -> io::Result<()> {
    let server = TcpStream::connect(target)?;
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    let up = thread::spawn(move || copy(from, to));
    copy(server, client);
    let _ = up.join();
    Ok(())
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    match forward(&mut from, &mut to) {
        Ok(()) => drop(to.shutdown(Shutdown::Write)),
        Err(_) => {
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        }
    }
}

fn forward(from: &mut TcpStream, to: &mut TcpStream) -> io::Result<()> {
    let (queue, blocks) = mpsc::channel::<Vec<u8>>();
    let mut writer = to.try_clone()?;
    let writing = thread::spawn(move || {
        for block in blocks {
            writer.write_all(&block)?;
        }
        Ok(())
    });
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 || queue.send(buffer[..count].to_vec()).is_err() {
            break;
        }
    }
    drop(queue);
    writing
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the writer")))
}
