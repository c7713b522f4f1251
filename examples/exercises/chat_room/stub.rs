//! 练习 chat_room：一个人说的一行，送给其余每个人。
//! Exercise chat_room: a line that one client says goes to all the others.
//!
//!     cargo workbook exercise check chat_room
use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        thread::spawn(move || {
            if let Err(error) = stream.and_then(visit) {
                eprintln!("{error}");
            }
        });
    }
    Ok(())
}

/// 一位客人，从进来到离开。
/// One guest, from coming in to leaving.
fn visit(stream: TcpStream) -> io::Result<()> {
    // TODO: 进来：写进大家共用的名单（要有锁），告诉他 here: N。
    // TODO: come in: onto the list that all threads share (it needs a lock), and say `here: N`.
    // TODO: 每来一整行（最多 4096 字节），送给名单上其余的人；不能等不读的人。
    // TODO: for each whole line (4096 bytes at most): to the others on the list; wait for nobody.
    // TODO: 离开：说完了，或者断了，都从名单里去掉。
    // TODO: leave: done or broken off, off the list.
    drop(stream);
    Ok(())
}
