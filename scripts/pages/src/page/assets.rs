//! Style and scripts that only some pages need: loaded where they are needed, so that the others stay light.
//!
//! What every page needs is in `book.toml`. `defer`: these run after those.

use std::path::Path;

use super::Work;

impl Work<'_> {
    /// Loads `theme/NAME.css` and `theme/NAME.js` in front of the first element of a page that needs them.
    pub(super) fn with_asset(&mut self, name: &'static str, html: String) -> String {
        let script = |file: &str| format!("\n<script defer src=\"{file}.js\"></script>");
        self.with(name, html, script)
    }

    /// The same for a style alone.
    pub(super) fn with_style(&mut self, name: &'static str, html: String) -> String {
        self.with(name, html, |_| String::new())
    }

    fn with(
        &mut self,
        name: &'static str,
        html: String,
        script: impl Fn(&str) -> String,
    ) -> String {
        if html.is_empty() || self.assets.contains(&name) {
            return html;
        }
        self.assets.push(name);
        let file = self.link_to(&Path::new("theme").join(name));
        format!(
            "<link rel=\"stylesheet\" href=\"{file}.css\">{}\n\n{html}",
            script(&file)
        )
    }
}
