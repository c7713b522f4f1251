//! 服务器记得每个会话到了第几条：来过的认得出，抢先的不收。
//! The server remembers how far each conversation has come: it recognizes what has come before, and
//! takes nothing ahead of its turn.
use std::net::SocketAddr;

// 会话是对方开的，所以要有上限：满了，忘掉最久没有动静的。忘掉的再来，第 1 条会再打印一次，后面的
// 不收。冒充许多人来灌，就能挤掉真的：这个例子到此为止。
// Peers open conversations, so there is a bound: when it is reached, we forget the one that has been
// silent for longest. If it comes again, its message 1 is shown again, and later ones are not taken.
// A flood from forged senders pushes out the true ones: here our example ends.
const LIMIT: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    New,
    Again,
    Ahead,
}

#[derive(Default)]
pub(crate) struct Heard {
    /// 谁、哪个会话、到了第几条；最近动过的在后面。
    /// Who, which conversation, up to which number; the latest is last.
    conversations: Vec<(SocketAddr, u32, u32)>,
}

impl Heard {
    // ANCHOR: turn
    pub(crate) fn turn(&mut self, peer: SocketAddr, conversation: u32, number: u32) -> Turn {
        let is_this = |known: &(SocketAddr, u32, u32)| (known.0, known.1) == (peer, conversation);
        let at = self.conversations.iter().position(is_this);
        let last = at.map_or(0, |at| self.conversations[at].2);
        // 没听过的会话从第 1 条开始。
        // A conversation not heard of begins with message 1.
        if number > last && number - last > 1 {
            return Turn::Ahead;
        }
        if let Some(at) = at {
            self.conversations.remove(at);
        } else if self.conversations.len() == LIMIT {
            self.conversations.remove(0);
        }
        let now = last.max(number);
        self.conversations.push((peer, conversation, now));
        if number > last {
            Turn::New
        } else {
            Turn::Again
        }
    }
    // ANCHOR_END: turn
}
