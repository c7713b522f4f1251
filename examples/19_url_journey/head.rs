//! HTTP 的首部：文字怎样变成名字和值。这里不碰网络。
//! The head of an HTTP message: from text to names and values. No network here.

/// 首部：第一行，和后面的“名字: 值”。 A head: its first line, and the fields after it.
pub(crate) struct Head {
    pub(crate) line: String,
    pub(crate) size: usize,
    fields: Vec<(String, String)>,
}

impl Head {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let same = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.fields
            .iter()
            .find(same)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// `GET / HTTP/1.1` → `/`
    pub(crate) fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        // 行以 CRLF 结束，首部以空行结束（RFC 9112 §2.1）。
        // Lines end with CRLF, the head ends with an empty line (RFC 9112 §2.1).
        let mut lines = text.strip_suffix("\r\n\r\n")?.split("\r\n");
        let line = lines.next()?.to_owned();
        let mut fields = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(':')?;
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            // 名字和冒号之间有空格，两台服务器就可能各有各的读法：拒绝（RFC 9112 §5.1）。
            // With a space before the colon two servers may read differently: refuse.
            if name.is_empty() || !name.chars().all(token) {
                return None;
            }
            fields.push((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()));
        }
        // 首部里藏一个换行，转发时就会变成两个首部。
        // A line end hidden in a field would become two fields when it is passed on.
        let wild = |c: char| c.is_control() && c != '\t';
        let wild = line.contains(wild) || fields.iter().any(|(_, value)| value.contains(wild));
        let size = bytes.len();
        (!wild).then_some(Self { line, size, fields })
    }
}
