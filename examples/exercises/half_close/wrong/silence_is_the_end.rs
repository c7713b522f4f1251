// caught by: pause
// 安静了 0.15 秒，当成说完了。
// Silence for 0.15 s is taken for the end.
use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const LIMIT: u64 = 64 * 1024;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        thread::spawn(move || {
            if let Err(error) = stream.and_then(serve) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut held = vec![0; 1];
    stream.read_exact(&mut held)?;
    stream.set_read_timeout(Some(Duration::from_millis(150)))?;
    // 期限到了，read_to_end 返回错误；读到的留在 held 里。
    // When the time is over, read_to_end gives an error; what was read stays in `held`.
    let _ = (&stream).take(LIMIT).read_to_end(&mut held);
    if held.len() as u64 > LIMIT {
        return refuse(stream);
    }
    stream.write_all(&sorted(&held))
}

fn sorted(bytes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines.sort_unstable();
    lines
        .iter()
        .flat_map(|line| [line, &b"\n"[..]].concat())
        .collect()
}

fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(b"too long\n")?;
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink())?;
    Ok(())
}
