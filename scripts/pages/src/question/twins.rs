//! The same question in both languages: the same choices, of which the same are right.

use super::parse::{Fault, Question};

/// Where the English question differs from the Chinese one. Lines are those of the English fence;
/// `zh_line` is the line of the Chinese fence in its file.
pub(crate) fn compare(zh: &Question<'_>, en: &Question<'_>, zh_line: usize) -> Vec<Fault> {
    let first = en.items.first().map_or(0, |item| item.line);
    if zh.ordered != en.ordered {
        return vec![Fault::new(
            first,
            format!("两种语言的题型不同：中文页第 {zh_line} 行的题一边是选择，一边是排序"),
            format!(
                "the question on line {zh_line} of the Chinese page is a choice in one twin and an ordering in the other"
            ),
        )];
    }
    if zh.items.len() != en.items.len() {
        let (here, there) = (en.items.len(), zh.items.len());
        return vec![Fault::new(
            first,
            format!("这里有 {here} 个选项，中文页第 {zh_line} 行的题有 {there} 个；两边一一对应"),
            format!(
                "there are {here} choices here and {there} in the question on line {zh_line} of the Chinese page; match them one to one"
            ),
        )];
    }
    let pairs = zh.items.iter().zip(&en.items);
    pairs
        .filter(|(zh, en)| zh.right != en.right)
        .map(|(zh, en)| {
            let line = zh_line + zh.line;
            let [zh_here, en_here] = said(en.right);
            let [zh_there, en_there] = said(zh.right);
            Fault::new(
                en.line,
                format!("这个选项{zh_here}，中文页第 {line} 行的{zh_there}；两边要一样"),
                format!("this choice is {en_here}, but line {line} of the Chinese page is {en_there}; make them the same"),
            )
        })
        .collect()
}

fn said(right: bool) -> [&'static str; 2] {
    if right {
        ["是对的", "right"]
    } else {
        ["是错的", "wrong"]
    }
}
