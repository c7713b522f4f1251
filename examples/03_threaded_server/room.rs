//! 房间：谁在这里，谁的话说给谁听。所有线程共用，一把锁保护。
//! The room: its guests, and who hears what. Shared by all threads, behind one lock.
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use std::{collections::BTreeMap, io, mem, net::Shutdown, net::TcpStream, thread};

pub(crate) type Queue = SyncSender<Arc<str>>;

#[derive(Default)]
pub(crate) struct Room {
    inside: Mutex<Inside>,
    closed: OnceLock<Instant>,
}

#[derive(Default)]
struct Inside {
    seats: BTreeMap<u64, Seat>,
    screen: Option<Queue>,
    last: u64,
}

struct Seat {
    name: String,
    queue: Queue,
    stream: Arc<TcpStream>,
}

/// 说给谁听。服务器的屏幕是 0 号。
/// The guests that a line is for. The server's screen is number 0.
#[derive(Clone, Copy)]
enum To {
    Everyone,
    Only(u64),
    AllBut(u64),
}

impl To {
    fn includes(self, id: u64) -> bool {
        match self {
            To::Everyone => true,
            To::Only(one) => id == one,
            To::AllBut(one) => id != one,
        }
    }
}

impl Room {
    // ANCHOR: join
    /// 坐下，得到号码；满了或关了，就只得到一句话。
    /// Takes a seat and gets its number; if full or closed, gets only a word.
    pub(crate) fn join(&self, max: usize, queue: Queue, stream: Arc<TcpStream>) -> Option<u64> {
        let mut inside = self.lock();
        if inside.seats.len() >= max || self.closed_for().is_some() {
            // `queue` 在这里放手，写线程送完这句就告别。
            // `queue` is dropped here: the writer sends this line, then says goodbye.
            let _ = queue.try_send(format!("! 满员 full: {max}，再见 goodbye").into());
            return None;
        }
        let name = loop {
            inside.last += 1;
            let name = format!("guest{}", inside.last);
            if inside.find(&name).is_none() {
                break name;
            }
        };
        let id = inside.last;
        inside.tell(&format!("* {name} 进来了 joined"), To::Everyone);
        let hello = format!("* 你是 you are {name} · /name NEW · /who · /quit");
        inside.seats.insert(
            id,
            Seat {
                name,
                queue,
                stream,
            },
        );
        inside.tell(&hello, To::Only(id));
        Some(id)
    }
    // ANCHOR_END: join

    // ANCHOR: hear
    /// 客人说了一行；返回他还留不留。
    /// A guest said a line; tells whether they stay.
    pub(crate) fn hear(&self, id: u64, line: io::Result<Option<String>>) -> bool {
        let mut inside = self.lock();
        let Some(name) = inside.seats.get(&id).map(|seat| seat.name.clone()) else {
            return false;
        };
        let line = match line {
            Ok(Some(line)) => line,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let words = "! 一行最多 4096 字节，再见 a line has 4096 bytes at most, goodbye";
                inside.tell(words, To::Only(id));
                return false;
            }
            // 说完了（FIN），或者断了（RST）：都是走了。
            // Done (FIN) or reset (RST): gone, either way.
            Ok(None) | Err(_) => return false,
        };
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match word {
            "/quit" => return false,
            "/who" => inside.who(),
            "/name" => inside.rename(id, rest.trim()).to_owned(),
            _ if word.starts_with('/') => format!("! 没有这个命令 no such command: {word}"),
            _ if line.trim().is_empty() => String::new(),
            // 说话的人自己的屏幕上已经有这一行。
            // The speaker's own screen has this line already.
            _ => {
                inside.tell(&format!("{name}: {line}"), To::AllBut(id));
                String::new()
            }
        };
        if !answer.is_empty() {
            inside.tell(&answer, To::Only(id));
        }
        true
    }
    // ANCHOR_END: hear

    pub(crate) fn leave(&self, id: u64) {
        let mut inside = self.lock();
        if let Some(seat) = inside.seats.remove(&id) {
            inside.tell(&format!("* {} 离开了 left", seat.name), To::Everyone);
        }
    }

    /// 关门：不再接人，告诉每个人，放掉所有队列；写线程各自送完剩下的。
    /// Close: no new guests, tell everyone, drop all queues; each writer delivers what is left.
    pub(crate) fn close(&self) {
        let mut inside = self.lock();
        let _ = self.closed.set(Instant::now());
        inside.tell(
            "* 服务器要关了，再见 the server is closing, goodbye",
            To::Everyone,
        );
        *inside = Inside::default();
    }

    /// 关了多久；没关是 `None`。
    /// For how long it has been closed; `None` while it is open.
    pub(crate) fn closed_for(&self) -> Option<Duration> {
        self.closed.get().map(Instant::elapsed)
    }

    /// 服务器的屏幕是 0 号。它停住了（Ctrl-S）也不让大家等：放不下就丢。
    /// The server's screen is number 0. If it stands still (Ctrl-S) nobody waits: lines are dropped.
    pub(crate) fn screen(&self, screen: Queue) {
        self.lock().screen = Some(screen);
    }

    pub(crate) fn show(&self, line: &str) {
        self.lock().tell(line, To::Only(0));
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    // ANCHOR: tell
    /// 放进每个人的队列，不碰网络。队列只有 64 行：慢的人占不了更多内存，满了就断开。
    /// Into everyone's queue, off the network. It has 64 lines: a slow guest's memory is bounded.
    fn tell(&mut self, line: &str, to: To) {
        let line = Arc::<str>::from(line);
        if to.includes(0)
            && let Some(screen) = &self.screen
        {
            let _ = screen.try_send(Arc::clone(&line));
        }
        // 满了，也可能只是它的写线程还没轮到：一起等，最多 0.25 秒。
        // Full may only mean that its writer has not run yet: wait for all together, 0.25 s at most.
        let patience = Instant::now() + Duration::from_millis(250);
        let mut full = Vec::new();
        for (id, seat) in &self.seats {
            if to.includes(*id) && seat.is_full_for(&line) {
                full.push(*id);
            }
        }
        while !full.is_empty() && Instant::now() <= patience {
            thread::sleep(Duration::from_millis(1));
            full.retain(|id| self.seats[id].is_full_for(&line));
        }
        // 先让他们都离开，再告诉别人：告诉别人时，不该又去等他们。
        // First they all leave their seats, then the others are told: to tell them must not wait for
        // the slow ones again.
        let mut slow = Vec::new();
        for id in full {
            slow.extend(self.seats.remove(&id));
        }
        for seat in slow {
            // 他的接收缓冲区满了，内核不再收我们的段；写线程停在 write 里，关掉连接，它就醒来。
            // The guest's receive buffer is full and takes no more of our segments; its writer waits
            // in write, and closing the connection wakes it.
            let _ = seat.stream.shutdown(Shutdown::Both);
            let name = seat.name;
            self.tell(
                &format!("* {name} 太慢，断开了 too slow, disconnected"),
                To::Everyone,
            );
        }
    }
    // ANCHOR_END: tell

    fn who(&self) -> String {
        let names = Vec::from_iter(self.seats.values().map(|seat| seat.name.as_str()));
        format!("* {} 人 here: {}", names.len(), names.join(", "))
    }

    fn rename(&mut self, id: u64, new: &str) -> &'static str {
        let good = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if !(1..=16).contains(&new.chars().count()) || !new.chars().all(good) {
            return "! 名字：1–16 个字母、数字、_ 或 - name: 1-16 letters, digits, _ or -";
        }
        if self.find(new).is_some_and(|other| other != id) {
            return "! 名字有人用了 this name is taken";
        }
        if let Some(seat) = self.seats.get_mut(&id) {
            let old = mem::replace(&mut seat.name, new.to_owned());
            self.tell(&format!("* {old} 改名 is now {new}"), To::Everyone);
        }
        ""
    }

    // 只差大小写的名字太像，算同一个。
    // Names that differ only in case are too alike: they count as one.
    fn find(&self, name: &str) -> Option<u64> {
        for (id, seat) in &self.seats {
            if seat.name.to_lowercase() == name.to_lowercase() {
                return Some(*id);
            }
        }
        None
    }
}

impl Seat {
    /// 放进队列；放不下就是真。写线程已经走了不算满：读线程会来告别。
    /// Puts it into the queue, or tells that it is full. A writer that has gone does not count.
    fn is_full_for(&self, line: &Arc<str>) -> bool {
        matches!(
            self.queue.try_send(Arc::clone(line)),
            Err(TrySendError::Full(_))
        )
    }
}
