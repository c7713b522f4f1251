// caught by: refused
// 目标拒绝，整个中继程序就结束。
// The target refuses, and the whole relay ends.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::{env, thread};

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let listener = TcpListener::bind(&args[0])?;
    for client in listener.incoming() {
        let (client, server) = (client?, TcpStream::connect(&args[1])?);
        thread::spawn(move || {
            if let Err(error) = relay(client, server) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn relay(client: TcpStream, server: TcpStream) -> io::Result<()> {
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
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = from.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..count])?;
    }
}
