//! What the tool says, in the reader's language.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

use crate::preflight::Lack;

/// The reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The one of two that the reader reads.
    pub fn pick(self, zh: impl Into<String>, en: impl Into<String>) -> String {
        match self {
            Self::Zh => zh.into(),
            Self::En => en.into(),
        }
    }
}

/// A line on standard output. A reader that has closed the pipe is not an error.
pub fn say(line: impl Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// A line on standard error, likewise.
pub fn warn(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// `1.20`
#[must_use]
pub fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}

/// What is missing, and what to do about it.
#[must_use]
pub fn lack(lang: Lang, lack: &Lack) -> String {
    match lack {
        Lack::Ip => lang.pick(
            "缺少 ip 命令。Debian、Ubuntu：sudo apt-get install iproute2",
            "the program ip is missing; on Debian or Ubuntu: sudo apt-get install iproute2",
        ),
        Lack::Tun => lang.pick(
            "没有 /dev/net/tun。先运行 sudo modprobe tun；在容器里要用 --device /dev/net/tun 把它交给容器",
            "there is no /dev/net/tun; run sudo modprobe tun, or give it to the container with \
             --device /dev/net/tun",
        ),
        Lack::UserNamespace(error) => lang.pick(
            format!("需要 root，或者允许普通用户建立用户命名空间（{error}）。{}", how_zh()),
            format!("needs root, or user namespaces for ordinary users ({error}); {}", how_en()),
        ),
        Lack::Namespace(error) => lang.pick(
            format!("不能建立网络命名空间（{error}）。{}", how_zh()),
            format!("cannot make a network namespace ({error}); {}", how_en()),
        ),
        Lack::Device(error) => lang.pick(
            format!(
                "/dev/net/tun 打不开（{error}）。用 root 运行 cargo workbook capture，\
                 或者先运行 sudo chmod 666 /dev/net/tun"
            ),
            format!(
                "/dev/net/tun makes no device ({error}); run cargo workbook capture as root, \
                 or first run sudo chmod 666 /dev/net/tun"
            ),
        ),
    }
}

fn how_zh() -> &'static str {
    "用 root 运行 cargo workbook capture；Ubuntu 也可以先运行 \
     sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
}

fn how_en() -> &'static str {
    "run cargo workbook capture as root, or on Ubuntu first run \
     sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
}
