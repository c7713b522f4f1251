// caught by: plain
// 只转发一个方向：目标的回答没有人送回去。
// One direction alone: nobody takes the answers back.
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
    copy(client, TcpStream::connect(target)?);
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
