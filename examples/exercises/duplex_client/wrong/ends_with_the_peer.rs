// caught by: peer_done
// 对方一说完，程序就结束：我们的话没说完。
// The program ends when the peer is done: what we have to say is lost.
use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    let mut writer = stream.try_clone()?;
    thread::spawn(move || -> io::Result<()> {
        for line in io::stdin().lines() {
            writer.write_all(format!("{}\n", line?).as_bytes())?;
        }
        writer.shutdown(Shutdown::Write)
    });
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        io::stdout().write_all(&buffer[..count])?;
        io::stdout().flush()?;
    }
}
