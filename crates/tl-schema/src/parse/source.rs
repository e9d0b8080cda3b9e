//! Where in the text a parser stands.

use crate::ast::Position;

/// The whole text, with the starts of its lines.
pub(crate) struct Source<'a> {
    text: &'a str,
    line_starts: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let behind_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, line_starts: core::iter::once(0).chain(behind_breaks).collect() }
    }

    /// The place where `rest`, an end of the text, starts.
    pub(crate) fn position(&self, rest: &str) -> Position {
        let offset = self.text.len().saturating_sub(rest.len());
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_starts.get(line.wrapping_sub(1)).copied().unwrap_or_default();
        let before = self.text.get(start..offset).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }

    /// The last `len` bytes of the text.
    pub(crate) fn last_bytes(&self, len: usize) -> &'a str {
        self.text.get(self.text.len().saturating_sub(len)..).unwrap_or_default()
    }
}
