//! 轮流说：只有一个线程。等键盘时听不见对方，等对方时说不了话。
//! Taking turns: one thread. At the keyboard it is deaf; waiting for the peer, it is mute.
use std::io::{self, Read, Write};
use std::net::TcpStream;

use colored::Colorize;
use common::{printable, say, show};

use crate::receive::decode;
use crate::{CLIENT, Names};

// ANCHOR: turns
pub(crate) fn take_turns(mut stream: TcpStream, names: Names) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let mut half = Vec::new();
    // 谁先说，要先约好：两边都先听，就都等下去。
    // The two must agree on which side speaks first: if both listen first, both wait for ever.
    let mut my_turn = names.ours == CLIENT;
    loop {
        if my_turn {
            let Some(line) = ask_keyboard(names.ours)? else {
                say("");
                return Ok(());
            };
            stream.write_all(line.as_bytes())?;
        }
        // 把一次 read 当成一条消息：攒下的几句会粘成一条，⏎ 是夹在里面的换行。
        // One read is taken for one message: what piled up comes glued, ⏎ for each line end.
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            say("对方说完了 peer is done");
            return Ok(());
        }
        let text = printable(&decode(&mut half, &buffer[..n]));
        let line = text.trim_end();
        my_turn = !line.is_empty();
        if my_turn {
            say(format_args!(
                "{}{}",
                names.theirs.cyan(),
                line.replace('\n', "⏎")
            ));
        }
    }
}

/// 键盘上的一行；`None`：键盘结束了。
/// A line from the keyboard; `None` at the end of input.
fn ask_keyboard(name: &str) -> io::Result<Option<String>> {
    loop {
        show(name.green());
        let Some(line) = io::stdin().lines().next() else {
            return Ok(None);
        };
        let line = line?;
        // 空行一个字节也发不出去：对方等我们，我们等对方，谁也动不了。所以不交出轮次。
        // An empty line sends no byte: the peer would wait for us, we for it. Keep the turn.
        if !line.is_empty() {
            return Ok(Some(line));
        }
    }
}
// ANCHOR_END: turns
