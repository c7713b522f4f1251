//! 首部的行：第一行，和后面的字段。
//! The lines of a header section: the first, and the fields after it.

// ANCHOR: split
/// 第一行，和后面的 `名字: 值`。
/// The first line, and the `name: value` lines after it.
pub(crate) fn split(text: &str) -> Result<(&str, Fields), &'static str> {
    // 发送用 CRLF；接收时单独一个 LF 也可以算行尾，单独的 CR 不行（RFC 9112 §2.2）。
    // Send CRLF. A receiver may take LF alone as a line end, but not CR alone (RFC 9112 §2.2).
    let mut lines = Vec::new();
    for line in text.split('\n') {
        lines.push(line.strip_suffix('\r').unwrap_or(line));
    }
    let start = lines[0];
    let mut fields = Vec::new();
    for line in &lines[1..] {
        if line.is_empty() {
            break;
        }
        // 名字和冒号之间不许有空格，行首也不许：不同的程序会读出不同的意思（§5.1、§5.2）。
        // No space before the colon or at the start: programs disagree on what it means (§5).
        let Some((name, value)) = line.split_once(':') else {
            return Err("字段看不懂 not a field");
        };
        if !is_token(name) {
            return Err("字段看不懂 not a field");
        }
        fields.push((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()));
    }
    // 值里藏一个 CR，别的程序也许当作换行，就多出一个字段。
    // A CR hidden in a value may be a line end to another program, which then sees one more field.
    let has_control = |text: &str| text.contains(|c: char| c.is_ascii_control() && c != '\t');
    if has_control(start) || fields.iter().any(|(_, value)| has_control(value)) {
        return Err("控制字符 control character");
    }
    Ok((start, Fields(fields)))
}
// ANCHOR_END: split

/// 名字和值，次序不变。
/// Names and values, in their order.
#[derive(Debug)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    /// 字段名不分大小写，同名的可以有几个。
    /// Names ignore case, and one may come several times.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let mut values = Vec::new();
        for (other, value) in &self.0 {
            if other.eq_ignore_ascii_case(name) {
                values.push(value.as_str());
            }
        }
        values
    }

    /// 几个同名的字段，就是一个用逗号隔开的列表（RFC 9110 §5.3）。
    /// Several fields with one name are one list with commas (RFC 9110 §5.3).
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let values = self.all(name).join(",");
        values.split(',').map(|one| one.trim().to_owned()).collect()
    }

    pub(crate) fn says(&self, name: &str, word: &str) -> bool {
        let list = self.list(name);
        list.iter().any(|one| one.eq_ignore_ascii_case(word))
    }
}

/// 方法和字段名都是“记号”（token）：RFC 9110 §5.6.2 列出了能用的字符。
/// Methods and names of fields are tokens: RFC 9110 §5.6.2 has the characters.
pub(crate) fn is_token(word: &str) -> bool {
    let is_mark = |b| b"!#$%&'*+-.^_`|~".contains(&b);
    !word.is_empty()
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || is_mark(b))
}
