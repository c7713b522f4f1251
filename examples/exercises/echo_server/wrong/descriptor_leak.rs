// caught by: gone
// shutdown 之后对方看到了结束，可是描述符没有关闭。
// After shutdown the peer sees the end, and the descriptor is never closed.
use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    let mut clients = Vec::new();
    for stream in listener.incoming() {
        let mut stream = stream?;
        if let Err(error) = serve(&mut stream) {
            eprintln!("{error}");
        }
        let _ = stream.shutdown(Shutdown::Both);
        clients.push(stream);
    }
    Ok(())
}

fn serve(stream: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => stream.write_all(&buffer[..count])?,
        }
    }
}
