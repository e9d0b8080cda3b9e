//! `.tl` text to [`Schema`], on nom.
//!
//! The grammar is that of "TL language" and "Formal description of TL" (core.telegram.org/mtproto), as far as
//! Telegram's schemas use it.

mod declaration;
mod lexer;
mod source;

use nom::Err as NomErr;

use crate::ast::{Schema, Section};
use crate::error::{SchemaError, SchemaErrorKind};
use crate::parse::declaration::declaration;
use crate::parse::lexer::{Fault, blank, section_line};
use crate::parse::source::Source;

/// How deep types may stand inside each other (`Vector<Vector<T>>` is three). Telegram's schemas need two; the parser
/// descends with them, so that a text of nothing but brackets must not decide how far.
pub const MAX_TYPE_DEPTH: usize = 16;

/// U+FEFF
const BYTE_ORDER_MARK: char = '\u{feff}';

impl Schema {
    /// Reads the text of a `.tl` file.
    ///
    /// ```
    /// use tl_schema::Schema;
    ///
    /// let schema = Schema::parse("// LAYER 230\nboolTrue#997275b5 = Bool;")?;
    /// assert_eq!((schema.layer, schema.declarations[0].id), (Some(230), Some(0x9972_75b5)));
    ///
    /// let error = Schema::parse("boolTrue#997275b5 = Bool;\nboolFalse#bc79 Bool;").unwrap_err();
    /// assert_eq!(error.to_string(), "2:20: `:` expected, `;` found");
    /// # Ok::<(), tl_schema::SchemaError>(())
    /// ```
    ///
    /// # Errors
    /// [`SchemaErrorKind::Syntax`] with the place of the first thing that is not TL. Nothing is skipped but a byte order mark
    /// at the start.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        // some editors write a byte order mark; it is no character of the text
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let source = Source::new(text);
        schema(&source, text).map_err(|error| match error {
            NomErr::Error(fault) | NomErr::Failure(fault) => syntax_error(&source, &fault),
            NomErr::Incomplete(_) => syntax_error(&source, &Fault { rest_len: 0, expected: "more text" }),
        })
    }
}

fn schema<'a>(source: &Source<'a>, text: &'a str) -> Result<Schema, NomErr<Fault>> {
    let mut schema = Schema::default();
    let mut section = Section::Types;
    let mut rest = text;
    loop {
        let (at_next, layer) = blank(rest)?;
        schema.layer = layer.or(schema.layer);
        rest = at_next;
        if rest.is_empty() {
            return Ok(schema);
        }
        if rest.starts_with("---") {
            (rest, section) = section_line(rest)?;
        } else {
            let (behind, found) = declaration(source, section, rest)?;
            schema.declarations.push(found);
            rest = behind;
        }
    }
}

fn syntax_error(source: &Source<'_>, fault: &Fault) -> SchemaError {
    const SHOWN_CHARS: usize = 20;
    let rest = source.last_bytes(fault.rest_len);
    let line = rest.lines().next().unwrap_or_default();
    let found = match (rest.is_empty(), line.is_empty()) {
        (true, _) => "the end of the text".to_owned(),
        (false, true) => "the end of the line".to_owned(),
        (false, false) if line.starts_with(BYTE_ORDER_MARK) => "U+FEFF, a byte order mark".to_owned(),
        (false, false) => format!("`{}`", line.chars().take(SHOWN_CHARS).collect::<String>()),
    };
    SchemaErrorKind::Syntax { expected: fault.expected, found }.at(source.position(rest))
}

#[cfg(test)]
mod tests;
