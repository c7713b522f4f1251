//! A figure of `book/figures/`: put into the page as it is, if it speaks both languages.

use crate::tags::{self, Tag};

/// The figure without blank lines, which would end the HTML block; or what is wrong with it, in
/// both languages.
pub(crate) fn render(source: &str) -> Result<String, (&'static str, &'static str)> {
    let text: Vec<&str> = source
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    let html = text.join("\n");
    let tags: Vec<Tag> = tags::tags(&html).collect();
    if !tags::balanced(&html) {
        return Err((
            "HTML 标签没有成对；补上缺的结束标签",
            "the HTML tags do not match; close every tag",
        ));
    }
    if !tags.first().is_some_and(|tag| {
        tag.place.start == 0 && matches!(tag.name.as_str(), "figure" | "div" | "dl")
    }) {
        return Err((
            "图要以 <figure> 开头；把它包进 <figure class=\"fig\">",
            "a figure must start with <figure>; wrap it in <figure class=\"fig\">",
        ));
    }
    let has = |lang: &str| {
        tags.iter()
            .any(|tag| tag.classes().any(|class| class == lang))
    };
    if (has("zh") && has("en")) || !has_text(&html, &tags) {
        Ok(html)
    } else {
        Err((
            "图里的文字缺一种语言；每处写一对 class=\"zh\" 和 class=\"en\"",
            "this figure has text in one language only; write each text as a pair with class=\"zh\" and class=\"en\"",
        ))
    }
}

fn has_text(html: &str, tags: &[Tag]) -> bool {
    tags.iter().enumerate().any(|(at, tag)| {
        let end = tags.get(at + 1).map_or(html.len(), |next| next.place.start);
        html.get(tag.place.end..end)
            .is_some_and(|text| text.contains(char::is_alphanumeric) && !text.contains("<!--"))
    })
}
