// caught by: half_close
// 列表里留着每位客户的另一个句柄：线程结束，连接却没有关闭。
// A list keeps another handle of every client: the thread ends, the connection stays open.
use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    let mut clients = Vec::new();
    for stream in listener.incoming() {
        let stream = stream?;
        clients.push(stream.try_clone()?);
        thread::spawn(move || serve(&stream));
    }
    Ok(())
}

fn serve(mut stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
        print!("{}", String::from_utf8_lossy(&line));
        stream.write_all(&line)?;
        line.clear();
    }
    Ok(())
}
