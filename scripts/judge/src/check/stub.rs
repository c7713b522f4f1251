//! How the program that a learner begins with fails.

use std::fmt;

use session::script::lexer::{Mismatch, is_actor, mismatch};

use super::trouble_kind::TroubleKind;

/// `stub VARIANT TROUBLE`: where the stub fails, and what is seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub {
    /// The first variant that it does not pass.
    pub variant: String,
    /// What is seen there.
    pub trouble: TroubleKind,
}

/// Reads what follows `stub`.
pub(super) fn read(text: &str) -> Result<Stub, Mismatch> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [variant, trouble] = words[..] else {
        return mismatch(
            "`stub VARIANT TROUBLE`, such as `stub plain closed_early`",
            &format!("stub {text}"),
        );
    };
    if !is_actor(variant) {
        return mismatch("the name of a variant (an ASCII word)", variant);
    }
    let Some(trouble) = TroubleKind::named(trouble) else {
        return mismatch(format!("what is seen: {}", TroubleKind::names()), trouble);
    };
    Ok(Stub {
        variant: variant.to_owned(),
        trouble,
    })
}

/// Back to the notation.
impl fmt::Display for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stub {} {}", self.variant, self.trouble.name())
    }
}
