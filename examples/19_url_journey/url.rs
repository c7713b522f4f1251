//! 网址：拆开来看。
//! The URL, taken apart.
use common::usage;

/// 网址里的三样：问谁、敲哪个门、要什么。
/// The three things in a URL: which host, which port, which page.
pub(crate) struct Url {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
}

impl Url {
    pub(crate) fn parse(text: &str) -> Self {
        let Some(rest) = text.strip_prefix("http://") else {
            usage(format_args!(
                "网址要以 http:// 开头 a URL starts with http:// here: {text}"
            ));
        };
        // `#` 后面的只给浏览器自己用，不上网线。
        // What follows `#` is for the browser itself and never goes on the wire.
        let rest = rest.split('#').next().unwrap_or_default();
        let slash = rest.find(['/', '?']).unwrap_or(rest.len());
        let (place, path) = rest.split_at(slash);
        // 没写端口就是 80：`http` 这个词里已经说了。
        // No port means 80: the word `http` says so.
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (place, Some(80)),
        };
        let plain = |text: &str| {
            !text
                .chars()
                .any(|c| c.is_control() || c == ' ' || !c.is_ascii())
        };
        let (Some(port), true) = (port, !host.is_empty() && plain(rest)) else {
            usage(format_args!("网址写错 bad URL: {text}"));
        };
        let slash = if path.starts_with('/') { "" } else { "/" };
        Self {
            host: host.to_owned(),
            port,
            path: format!("{slash}{path}"),
        }
    }

    /// Host 首部：默认端口不写。 The Host field: the default port is left out.
    pub(crate) fn place(&self) -> String {
        match self.port {
            80 => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }
}
