//! Where in the text a parser stands.

use core::cell::Cell;

use crate::ast::Position;

/// The whole text, with the starts of its lines.
pub(crate) struct Source<'a> {
    text: &'a str,
    line_starts: Vec<usize>,
    /// An offset that was asked for, and its place: a parser goes forward, and a line may be the whole text.
    last: Cell<(usize, Position)>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let behind_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = core::iter::once(0).chain(behind_breaks).collect();
        Self { text, line_starts, last: Cell::new((0, Position { line: 1, column: 1 })) }
    }

    /// The place where `rest`, an end of the text, starts.
    pub(crate) fn position(&self, rest: &str) -> Position {
        let offset = self.text.len().saturating_sub(rest.len());
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_starts.get(line.wrapping_sub(1)).copied().unwrap_or_default();
        let (start, column) = match self.last.get() {
            (last, place) if place.line == line && last <= offset => (last, place.column),
            _ => (start, 1),
        };
        let between = self.text.get(start..offset).unwrap_or_default();
        let place = Position { line, column: column + between.chars().count() };
        self.last.set((offset, place));
        place
    }

    /// The last `len` bytes of the text.
    pub(crate) fn last_bytes(&self, len: usize) -> &'a str {
        self.text.get(self.text.len().saturating_sub(len)..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_from_wherever_it_is_looked_for() {
        let text = "a\u{e9} b\r\n\nc \u{1d11e}d\ne";
        let offsets: Vec<_> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        for &first in &offsets {
            for &second in &offsets {
                let source = Source::new(text);
                source.position(&text[first..]);
                assert_eq!(source.position(&text[second..]), Source::new(text).position(&text[second..]));
            }
        }
        assert_eq!(Source::new(text).position("d\ne"), Position { line: 3, column: 4 });
    }
}
