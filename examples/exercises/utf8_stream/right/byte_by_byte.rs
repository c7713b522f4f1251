// unusual: decodes by a table of its own, byte by byte, with no library
use std::io::{self, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::{env, thread};

fn main() -> io::Result<()> {
    let address = env::args().last().unwrap();
    let listener = TcpListener::bind(address)?;
    eprintln!("listening");
    loop {
        let (stream, peer) = listener.accept()?;
        thread::spawn(move || {
            if let Err(error) = serve(stream) {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

fn serve(stream: TcpStream) -> io::Result<()> {
    let mut held: Vec<u8> = Vec::new();
    let mut missing = 0;
    for byte in BufReader::new(stream).bytes() {
        let byte = byte?;
        if missing > 0 {
            let low = match held[..] {
                [0xe0] => 0xa0,
                [0xf0] => 0x90,
                _ => 0x80,
            };
            let high = match held[..] {
                [0xed] => 0x9f,
                [0xf4] => 0x8f,
                _ => 0xbf,
            };
            if (low..=high).contains(&byte) {
                held.push(byte);
                missing -= 1;
                if missing == 0 {
                    show(std::str::from_utf8(&held).unwrap())?;
                    held.clear();
                }
                continue;
            }
            show("\u{fffd}")?;
            held.clear();
            missing = 0;
        }
        missing = match byte {
            0..0x80 => {
                show(char::from(byte).encode_utf8(&mut [0; 4]))?;
                continue;
            }
            0xc2..0xe0 => 1,
            0xe0..0xf0 => 2,
            0xf0..0xf5 => 3,
            _ => {
                show("\u{fffd}")?;
                continue;
            }
        };
        held.push(byte);
    }
    if missing > 0 {
        show("\u{fffd}")?;
    }
    Ok(())
}

fn show(character: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "收到 received: ")?;
    writeln!(out, "{character}")
}
