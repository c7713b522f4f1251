//! 别人的文字，上屏幕之前要看一遍。
//! Text from others, looked at before it goes to the screen.

/// 对方的字符能改写我们的屏幕，能藏起来，能颠倒文字的方向：换成 U+FFFD。换行和制表符不换。
/// The peer's characters could rewrite our screen, hide, or turn the direction of text: show U+FFFD
/// instead. Line ends and tabs stay.
pub fn printable(text: &str) -> String {
    text.replace('\r', "").replace(plays_tricks, "\u{FFFD}")
}

/// 控制字符（ESC 带头的会移动光标），零宽的字符，改变方向的字符（UAX #9 §2）。
/// U+200C 和 U+200D 不算：有的文字和表情要用它们连接。
/// Control characters (those after ESC move the cursor), characters without width, and those that
/// change direction (UAX #9 §2). U+200C and U+200D are none: some scripts and emoji join with them.
pub fn plays_tricks(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => true,
        '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => true,
        _ => c.is_control(),
    }
}
