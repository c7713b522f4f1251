// caught by: reset_back
// 只管客户端那边的错误，不管目标那边的。
// Errors at the client are minded, those at the target are not.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
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
    let (mut from, mut to) = (server, client);
    if forward(&mut from, &mut to).is_ok() {
        to.shutdown(Shutdown::Write)?;
    }
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
