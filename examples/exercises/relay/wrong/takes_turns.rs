// caught by: server_first
// 先读客户端，再读目标，轮流来。
// It reads the client, then the target, in turns.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
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

fn relay(mut client: TcpStream, target: &str) -> io::Result<()> {
    let mut server = TcpStream::connect(target)?;
    while forward(&mut client, &mut server)? && forward(&mut server, &mut client)? {}
    Ok(())
}

fn forward(from: &mut TcpStream, to: &mut TcpStream) -> io::Result<bool> {
    let mut buffer = [0; 16 * 1024];
    let count = from.read(&mut buffer)?;
    to.write_all(&buffer[..count])?;
    Ok(count > 0)
}
