// caught by: back
// 一个人的话送给了所有人。
// What one says goes to everybody.
use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

type Room = Arc<Mutex<Vec<TcpStream>>>;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    let room = Room::default();
    for stream in listener.incoming() {
        let (stream, room) = (stream?, Arc::clone(&room));
        room.lock().unwrap().push(stream.try_clone()?);
        thread::spawn(move || serve(&stream, &room));
    }
    Ok(())
}

fn serve(stream: &TcpStream, room: &Room) -> io::Result<()> {
    for line in BufReader::new(stream).lines() {
        let line = line?;
        println!("{line}");
        for mut other in room.lock().unwrap().iter() {
            let _ = writeln!(other, "{line}");
        }
    }
    Ok(())
}
