//! Text in a page: escaped, and in both languages.

/// Text for an element or an attribute in double quotes. Braces too, so that mdBook sees no `{{` in
/// it.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    escape_into(&mut out, text);
    out
}

/// The same, behind what is there already.
pub fn escape_into(out: &mut String, text: &str) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'{' => "&#123;",
            b'}' => "&#125;",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

/// The same words in both languages. The space keeps them apart where no style does.
#[must_use]
pub fn both(zh: &str, en: &str) -> String {
    format!(
        "<span class=\"zh\" lang=\"zh-CN\">{zh}</span> <span class=\"en\" lang=\"en\">{en}</span>"
    )
}
