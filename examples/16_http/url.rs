//! 把 URL 拆开：去哪台主机、哪个端口，要哪一页。
//! A URL, taken apart: to which host and port, for which page.
use anyhow::{Context, Result, bail, ensure};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
}

// ANCHOR: url
/// `http://host:port/path?query#fragment`。`#` 后面只归浏览器用，不发送。
/// What follows `#` is for the browser alone and is not sent.
pub(crate) fn parse(text: &str) -> Result<Url> {
    let (scheme, rest) = text
        .split_once("://")
        .context("URL 要以 http:// 开头 must start so")?;
    if scheme.eq_ignore_ascii_case("https") {
        bail!("https 要 TLS，见 17_tls needs TLS, see 17_tls");
    }
    ensure!(
        scheme.eq_ignore_ascii_case("http"),
        "只会 http:// only http://: {scheme}"
    );
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    // `[::1]:80` 里有许多冒号，端口是方括号后面的那个。
    // `[::1]:80` has many colons; the port comes after the bracket.
    let colon = authority
        .rfind(':')
        .filter(|&at| !authority[at..].contains(']'));
    let (host, port) = authority.split_at(colon.unwrap_or(authority.len()));
    let port = match port.strip_prefix(':') {
        None | Some("") => 80,
        Some(port) => port.parse().with_context(|| format!("端口 port: {port}"))?,
    };
    let good = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
    ensure!(
        !host.is_empty() && host.chars().all(good),
        "主机名写错 bad host: {host:?}"
    );
    let slash = if path.starts_with('/') { "" } else { "/" };
    Ok(Url {
        host: host.to_owned(),
        port,
        path: format!("{slash}{}", encode(path)),
    })
}

impl Url {
    /// 80 是默认的端口，不用写；别的必须写。
    /// 80 is the default port and needs no word; any other does.
    pub(crate) fn host_field(&self) -> String {
        match self.port {
            80 => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }
}

/// 汉字和空格写成 `%E4…`。控制字符也是：换行若原样发出，就能多添一个字段。
/// Chinese and spaces become `%E4…`, control characters too: a raw line end could add a field.
fn encode(path: &str) -> String {
    let mut encoded = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}
// ANCHOR_END: url
