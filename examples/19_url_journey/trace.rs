//! 每一步记一行：什么时候、谁、在哪一层、做了什么。
//! A line for each step: its time, its role, its layer, and what happened.
use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, process};

use colored::{Color, Colorize};
use common::say;

/// 全程模式里，父进程把起点（1970 年以来的纳秒数）交给每个子进程。
/// In the whole journey the parent gives each child the start: nanoseconds since 1970.
pub(crate) const START: &str = "URL_JOURNEY_START";

static QUIET: AtomicBool = AtomicBool::new(false);

pub(crate) fn be_quiet() {
    QUIET.store(true, Relaxed);
}

#[derive(Clone)]
pub(crate) struct Trace {
    who: &'static str,
    start: Option<Duration>,
}

#[derive(Clone, Copy)]
pub(crate) enum Layer {
    Application,
    Transport,
    Network,
}

impl Trace {
    pub(crate) fn new(who: &'static str) -> Self {
        let start = env::var(START).ok().and_then(|text| text.parse().ok());
        let start = start.map(Duration::from_nanos);
        Self { who, start }
    }

    pub(crate) fn step(&self, layer: Layer, text: impl Display) {
        if QUIET.load(Relaxed) {
            return;
        }
        // 颜色不是唯一的记号：层的号码和名字就在旁边。
        // Colour is never the only sign: number and name of the layer stand beside it.
        let (name, color) = match layer {
            Layer::Application => ("7 应用层 application", Color::Magenta),
            Layer::Transport => ("4 传输层 transport", Color::Blue),
            Layer::Network => ("3 网络层 network", Color::Green),
        };
        let name = name.color(color);
        say(format_args!(
            "{}  {:<7}  {name}  {text}",
            self.time(),
            self.who
        ));
    }

    /// 开始监听。端口后面是谁，由这一行说清：一个进程。
    /// Listening starts. This line says what is behind the port: a process.
    pub(crate) fn listening(&self, at: SocketAddr) {
        let process = process::id();
        say(format_args!(
            "{} 进程 process {process} 监听 listening on {at}",
            self.who
        ));
    }

    /// 各个进程用同一只钟，才能排出先后。
    /// All processes read the same clock: only so can their steps be put in order.
    fn time(&self) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        match self.start {
            Some(start) => format!("{:>9.3} ms", now.saturating_sub(start).as_secs_f64() * 1e3),
            None => {
                let seconds = now.as_secs() % (24 * 60 * 60);
                let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
                let micros = now.subsec_micros();
                format!("{hour:02}:{minute:02}:{second:02}.{micros:06}")
            }
        }
    }
}
