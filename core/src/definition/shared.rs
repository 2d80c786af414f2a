//! What the entries of a reading share: attribute paths and regular expressions, each made once, however often it is
//! written.

use std::collections::HashMap;
use std::sync::Arc;

use crate::context::Paths;
use crate::limits;
use crate::model::operand::Pattern;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) paths: Paths,
    patterns: HashMap<(String, bool), Arc<Pattern>>,
    /// Bytes that further patterns may take once they are compiled.
    left: usize,
}

impl Default for Shared {
    fn default() -> Shared {
        Shared { paths: Paths::default(), patterns: HashMap::new(), left: limits::REGEXES_COMPILED_BYTES }
    }
}

impl Shared {
    /// The pattern, compiled. Patterns are limited one by one and together: a short text can be a large automaton.
    pub(super) fn pattern(&mut self, text: &str, ignore_case: bool) -> Result<Arc<Pattern>, String> {
        let key = (text.to_owned(), ignore_case);
        if let Some(pattern) = self.patterns.get(&key) {
            return Ok(Arc::clone(pattern));
        }
        // How large a compiled pattern is cannot be asked, only limited: what does not fit the small limit is counted
        // as the large one. Every attempt counts, as those that fail take time too.
        self.spend(limits::REGEX_SMALL_BYTES)?;
        let pattern = match Pattern::compile(text, ignore_case, limits::REGEX_SMALL_BYTES) {
            Ok(pattern) => pattern,
            Err(_) => {
                self.spend(limits::REGEX_COMPILED_BYTES)?;
                Pattern::compile(text, ignore_case, limits::REGEX_COMPILED_BYTES)?
            }
        };
        let pattern = Arc::new(pattern);
        self.patterns.insert(key, Arc::clone(&pattern));
        Ok(pattern)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), String> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| "the patterns of the document together are over the size limit".to_owned())?;
        Ok(())
    }
}
