//! What the tool says, in the reader's language.

use bilingual::Lang;

use crate::preflight::Lack;

/// What is missing, and what to do about it.
#[must_use]
pub fn lack(lang: Lang, lack: &Lack) -> String {
    match lack {
        Lack::Ip => lang.pick(
            "缺少 ip 命令。Debian、Ubuntu：sudo apt-get install iproute2",
            "the program ip is missing; on Debian or Ubuntu: sudo apt-get install iproute2",
        )
        .to_owned(),
        Lack::Tun => lang.pick(
            "没有 /dev/net/tun。先运行 sudo modprobe tun；在容器里要用 --device /dev/net/tun 把它交给容器",
            "there is no /dev/net/tun; run sudo modprobe tun, or give it to the container with \
             --device /dev/net/tun",
        )
        .to_owned(),
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
                "cannot make a device with /dev/net/tun ({error}); run cargo workbook capture as root, \
                 or first run sudo chmod 666 /dev/net/tun"
            ),
        ),
        Lack::Program(what) => lang.pick(
            format!("缺少一个程序（{what}）"),
            format!("a program is missing ({what})"),
        ),
        Lack::Nft(why) => lang.pick(
            format!("nft 用不了（{why}）。Debian、Ubuntu：sudo apt-get install nftables"),
            format!("nft does not work here ({why}); on Debian or Ubuntu: sudo apt-get install nftables"),
        ),
        Lack::SynTimeouts => lang.pick(
            "Linux 6.5 以前重传 SYN 的间隔不一样",
            "before Linux 6.5, a SYN is retransmitted at other times",
        )
        .to_owned(),
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
