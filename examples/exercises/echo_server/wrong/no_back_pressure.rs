// caught by: endless
// 一个线程只管读，读到的都排在内存里等着写。
// One thread reads, and all that it has read queues in memory until it is written.
use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        if let Ok(stream) = stream {
            thread::spawn(|| {
                if let Err(error) = serve(stream) {
                    eprintln!("{error}");
                }
            });
        }
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let (read, waiting) = mpsc::channel::<Vec<u8>>();
    let mut writer = stream.try_clone()?;
    let written = thread::spawn(move || {
        for bytes in waiting {
            writer.write_all(&bytes)?;
        }
        io::Result::Ok(())
    });
    let mut buffer = vec![0; 1 << 18];
    loop {
        match stream.read(&mut buffer)? {
            0 => break,
            count => {
                let _ = read.send(buffer[..count].to_vec());
            }
        }
    }
    drop(read);
    written.join().unwrap_or(Ok(()))
}
