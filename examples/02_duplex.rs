//! 02 双向通信：两边随时都能说，谁也不用等谁。
//! 02 Duplex: both sides may speak at any time, and nobody waits for a turn.
//!
//! 两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
//! Run the same command in two terminals: the first is the server, the second the client.
//!     cargo run --example 02_duplex
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::{mem, process::ExitCode, str, sync::Arc, sync::mpsc, thread, time::Duration};

use ErrorKind::{AddrInUse, Interrupted, TimedOut, WouldBlock};
use colored::Colorize;
use common::{Role, Start, explain, printable, say, show, usage};

const ADDRESS: &str = "127.0.0.1:8888";
const HELP: &str = "\
例 examples:
  cargo run --example 02_duplex                      先到当服务器 first come: server
  cargo run --example 02_duplex -- --turns           轮流说 take turns
用法 usage: [server [ADDR] | client [ADDR]] [--turns]    ADDR = IP:PORT
结束 end: Ctrl-D（Windows: Ctrl-Z, Enter）
状态 status: 0 都说完了 both done · 1 网络出错 network error · 2 参数有错 bad argument";
const SERVER: &str = "服务器 server: ";
const CLIENT: &str = "客户端 client: ";

fn main() -> ExitCode {
    let start = common::start(ADDRESS, HELP);
    let turns = start.rest == ["--turns"];
    if let (false, Some(word)) = (turns, start.rest.first()) {
        usage(format_args!("不认识的参数 unknown argument: {word}"));
    }
    common::finish(run(&start, turns).map_err(|error| explain(error, start.address)))
}

fn run(start: &Start, turns: bool) -> io::Result<()> {
    let (stream, names) = match start.role {
        Some(Role::Client) => connect(start)?,
        _ => accept(start)?,
    };
    // 对方一直不读，两边的缓冲区就会满，write 只好等：每次最多 10 秒。
    // If the peer never reads, the buffers on both sides fill and write waits: 10 s at most.
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    let talk = if turns { take_turns } else { both_ways };
    talk(stream, names)
}

// ANCHOR: accept
fn accept(start: &Start) -> io::Result<(TcpStream, [&'static str; 2])> {
    let listener = match TcpListener::bind(start.address) {
        Err(error) if start.role.is_none() && error.kind() == AddrInUse => {
            say("地址有人用，我当客户端 address in use, so I am the client");
            return connect(start);
        }
        bound => bound?,
    };
    say(format_args!("监听 listening on {}", listener.local_addr()?));
    // 只接一位。函数返回，`listener` 就关闭：后来的人马上得到“拒绝”，不会空等。
    // One client only. On return `listener` closes: a later one is refused, not kept waiting.
    Ok((listener.accept()?.0, [SERVER, CLIENT]))
}
// ANCHOR_END: accept

fn connect(start: &Start) -> io::Result<(TcpStream, [&'static str; 2])> {
    // 对方主机不回答时，内核会重试很久；我们只等 5 秒。
    // If the other host does not answer, the kernel tries for long; we wait 5 s.
    let stream = TcpStream::connect_timeout(&start.address, Duration::from_secs(5))?;
    say(format_args!("已连接 connected to {}", start.address));
    Ok((stream, [CLIENT, SERVER]))
}

// ANCHOR: both_ways
/// 一个方向结束时说的话。
/// What to say when a direction ends.
type End = &'static str;

fn both_ways(stream: TcpStream, names: [&'static str; 2]) -> io::Result<()> {
    // 等键盘是 read，等对方也是 read；一个线程只能卡在一处，所以两个方向两个线程。
    // Keyboard and peer are both waited for in read. A thread waits in one place: so use two.
    let stream = Arc::new(stream);
    let (tell, told) = mpsc::channel();
    let (ours, tell_ours) = (Arc::clone(&stream), tell.clone());
    thread::spawn(move || send_keyboard(&ours, &tell_ours).or_else(|e| tell_ours.send(Err(e))));
    thread::spawn(move || {
        let _ = tell.send(receive(&stream, names));
        tell.send(watch(&stream))
    });
    // main 只等消息。出了错就返回，进程随之结束，哪怕键盘线程还卡着。
    // main only waits for news. On an error it returns: the process ends, keyboard or not.
    say(told.recv().map_err(io::Error::other)??);
    told.recv().map_err(io::Error::other)??;
    say("两边都说完了 both are done");
    Ok(())
}
// ANCHOR_END: both_ways

// ANCHOR: keyboard
fn send_keyboard(mut stream: &TcpStream, tell: &mpsc::Sender<io::Result<End>>) -> io::Result<()> {
    let mut buffer = [0; 4096];
    // 终端按行给。行末的换行也发走：少了它，两句快话到了对方就分不开。
    // The terminal gives lines. Their ends go too, or two quick lines would melt into one.
    while let n @ 1.. = io::stdin().read(&mut buffer)? {
        stream.write_all(&buffer[..n])?;
    }
    // ANCHOR: half_close
    // 键盘结束（Ctrl-D）：先报告，再关我们的方向。内核发出 FIN，对方读到 0；我们照样能收。
    // End of input (Ctrl-D): report, then close our direction only. FIN goes; we still receive.
    let _ = tell.send(Ok("我说完了，还在听 I am done, still listening"));
    stream.shutdown(Shutdown::Write)
    // ANCHOR_END: half_close
}
// ANCHOR_END: keyboard

// ANCHOR: receive
fn receive(mut stream: &TcpStream, [_, them]: [&str; 2]) -> io::Result<End> {
    let (mut buffer, mut held, mut open) = ([0; 4096], Vec::new(), false);
    let end = loop {
        // 聊天时安静不是错，没有期限。只有屏幕上一行没完，才只等 0.3 秒。
        // Silence is no error in a chat: no deadline. Only an unfinished line waits 0.3 s.
        stream.set_read_timeout(open.then_some(Duration::from_millis(300)))?;
        let text = match stream.read(&mut buffer) {
            // 读到 0：对方说完了。半个字再也等不来另一半。
            // 0 bytes: the peer is done. Half a character will never be whole.
            Ok(0) if held.is_empty() => break Ok(()),
            Ok(0) => String::from_utf8_lossy(&mem::take(&mut held)).into_owned(),
            Ok(n) => decode(&mut held, &buffer[..n]),
            // 有的程序不发换行。没有下文，就替屏幕换行；这不是消息的边界。
            // Some programs send no line end. We end the line on the screen: no message border.
            Err(error) if matches!(error.kind(), WouldBlock | TimedOut | Interrupted) => {
                "\n".to_owned()
            }
            Err(error) => break Err(error),
        };
        for piece in printable(&text).split_inclusive('\n') {
            let who = if open { "" } else { them };
            show(format_args!("{}{piece}", who.cyan()));
            open = !piece.ends_with('\n');
        }
    };
    show(if open { "\n" } else { "" });
    end.map(|()| "对方说完了，按 Ctrl-D 结束 peer is done, Ctrl-D to end")
}
// ANCHOR_END: receive

// ANCHOR: decoder
/// 一次 read 可能断在一个字中间：能显示的交出来，半个字留在 `held` 里等下文。
/// A read can end inside a character: give what is whole, hold the half until the rest comes.
fn decode(held: &mut Vec<u8>, bytes: &[u8]) -> String {
    held.extend_from_slice(bytes);
    let last = held.utf8_chunks().last();
    let tail = last.map_or(&[][..], |chunk| chunk.invalid());
    // `error_len` 是 `None`：字还没完；是 `Some`：再等也不是 UTF-8，显示成 U+FFFD。
    // `error_len` is `None`: not whole yet. `Some`: never UTF-8, shown as U+FFFD.
    let half = str::from_utf8(tail).is_err_and(|error| error.error_len().is_none());
    let rest = held.split_off(held.len() - if half { tail.len() } else { 0 });
    String::from_utf8_lossy(&mem::replace(held, rest)).into_owned()
}
// ANCHOR_END: decoder

/// 对方说完了，没有东西可读，但它还会消失：隔一会儿问内核，连接出错了吗。
/// The peer is done: nothing to read. It can still vanish: ask the kernel now and then.
fn watch(stream: &TcpStream) -> io::Result<End> {
    loop {
        stream.take_error()?.map_or(Ok(()), Err)?;
        thread::sleep(Duration::from_millis(200));
    }
}

// ANCHOR: turns
/// 轮流说：只有一个线程。等键盘时听不见对方，等对方时说不了话。
/// Taking turns: one thread. At the keyboard it is deaf; waiting for the peer, it is mute.
fn take_turns(mut stream: TcpStream, [me, them]: [&'static str; 2]) -> io::Result<()> {
    let (mut buffer, mut held, mut my_turn) = ([0; 1024], Vec::new(), me == CLIENT);
    let last_words = 'talk: loop {
        while my_turn {
            show(me.green());
            let Some(line) = io::stdin().lines().next().transpose()? else {
                break 'talk "";
            };
            // 空行一个字节也发不出去：对方等我们，我们等对方，谁也动不了。所以不交出轮次。
            // An empty line sends no byte: the peer would wait for us, we for it. Keep the turn.
            stream.write_all(line.as_bytes())?;
            my_turn = line.is_empty();
        }
        // 把一次 read 当成一条消息：攒下的几句会粘成一条，⏎ 是夹在里面的换行。
        // One read is taken for one message: what piled up comes glued, ⏎ for each line end.
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            break "对方说完了 peer is done";
        }
        let text = printable(&decode(&mut held, &buffer[..n]));
        my_turn = !text.trim_end().is_empty();
        if my_turn {
            let line = text.trim_end().replace('\n', "⏎");
            say(format_args!("{}{line}", them.cyan()));
        }
    };
    say(last_words);
    Ok(())
}
// ANCHOR_END: turns
