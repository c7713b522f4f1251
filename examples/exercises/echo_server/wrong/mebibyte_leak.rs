// caught by: gone
// 给每位客户端 1 MiB 的缓冲区，一直不放掉。
// A buffer of 1 MiB for each client, never let go of.
use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    let mut buffers = Vec::new();
    for stream in listener.incoming() {
        let mut buffer = vec![0; 1 << 20];
        if let Err(error) = stream.and_then(|stream| serve(stream, &mut buffer)) {
            eprintln!("{error}");
        }
        buffers.push(buffer);
    }
    Ok(())
}

fn serve(mut stream: TcpStream, buffer: &mut [u8]) -> io::Result<()> {
    loop {
        match stream.read(buffer)? {
            0 => return Ok(()),
            count => stream.write_all(&buffer[..count])?,
        }
    }
}
