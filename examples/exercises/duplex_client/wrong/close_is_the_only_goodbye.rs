// caught by: half_close
// ^D 就关闭整条连接：对方后面的话没人听了。
// ^D closes the whole connection: nobody hears what the peer says after it.
use std::env;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let mut stream = TcpStream::connect(&address)?;
    let mut reader = stream.try_clone()?;
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count) = reader.read(&mut buffer) {
            if count == 0 || io::stdout().write_all(&buffer[..count]).is_err() {
                break;
            }
            let _ = io::stdout().flush();
        }
    });
    for line in io::stdin().lines() {
        stream.write_all(format!("{}\n", line?).as_bytes())?;
    }
    Ok(())
}
