//! The names of the actors of a session, and of the hosts of a capture.

/// The Chinese name of an actor or a host; one without is called the same in both languages, as
/// `alice` is.
#[must_use]
pub fn chinese(actor: &str) -> Option<&'static str> {
    Some(match actor {
        "server" => "服务器",
        "client" => "客户端",
        "router" => "路由器",
        "browser" => "浏览器",
        "proxy" => "反向代理",
        "app" => "应用服务器",
        "dns" | "nameserver" => "名字服务器",
        "relay" => "中继程序",
        "terminal" => "终端",
        "reader" => "读者",
        "impostor" => "冒充者",
        "first" => "第一个",
        "second" => "第二个",
        "third" => "第三个",
        _ => return None,
    })
}
