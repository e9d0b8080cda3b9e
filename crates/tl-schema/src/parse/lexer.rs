//! Words, signs, comments.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_until, take_while, take_while_m_n, take_while1};
use nom::character::complete::{char, multispace1, not_line_ending};
use nom::combinator::{cut, map, map_opt, recognize, value};
use nom::multi::fold_many0;
use nom::sequence::{delimited, pair, preceded};
use nom::{Err as NomErr, IResult, Parser};

use crate::ast::Section;

/// Something that cannot stand here. The place is given by what was left to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) rest_len: usize,
    pub(crate) expected: &'static str,
}

impl<'a> nom::error::ParseError<&'a str> for Fault {
    fn from_error_kind(input: &'a str, _: nom::error::ErrorKind) -> Self {
        Self { rest_len: input.len(), expected: "TL" }
    }

    fn append(_: &'a str, _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }

    /// Of two branches, the one that came further says more.
    fn or(self, other: Self) -> Self {
        if self.rest_len < other.rest_len { self } else { other }
    }
}

pub(crate) type Parsed<'a, T> = IResult<&'a str, T, Fault>;

/// Names what was expected where `parser` fails at its first character.
pub(crate) fn expect<'a, T>(
    expected: &'static str,
    mut parser: impl Parser<&'a str, Output = T, Error = Fault>,
) -> impl FnMut(&'a str) -> Parsed<'a, T> {
    move |input| {
        parser.parse(input).map_err(|error| {
            error.map(|fault| if fault.rest_len == input.len() { Fault { expected, ..fault } } else { fault })
        })
    }
}

/// A fault at `input`.
pub(crate) fn fault<'a, T>(input: &'a str, expected: &'static str) -> Parsed<'a, T> {
    Err(NomErr::Failure(Fault { rest_len: input.len(), expected }))
}

/// White space and comments; gives the layer if a comment names it.
pub(crate) fn blank(input: &str) -> Parsed<'_, Option<u32>> {
    fold_many0(
        alt((
            value(None, multispace1),
            map(preceded(tag("//"), not_line_ending), layer),
            value(
                None,
                delimited(
                    tag("/*"),
                    cut(expect("`*/`, the end of the comment", take_until("*/"))),
                    tag("*/"),
                ),
            ),
        )),
        || None,
        Option::or,
    )
    .parse(input)
}

fn layer(comment: &str) -> Option<u32> {
    comment.trim().strip_prefix("LAYER ")?.split_whitespace().next()?.parse().ok()
}

/// `---types---`, `---functions---`
pub(crate) fn section_line(input: &str) -> Parsed<'_, Section> {
    expect(
        "`---types---` or `---functions---`",
        alt((value(Section::Types, tag("---types---")), value(Section::Functions, tag("---functions---")))),
    )(input)
}

/// A parser with white space and comments behind it.
pub(crate) fn token<'a, T>(
    mut parser: impl Parser<&'a str, Output = T, Error = Fault>,
) -> impl FnMut(&'a str) -> Parsed<'a, T> {
    move |input| {
        let (rest, found) = parser.parse(input)?;
        let (rest, _) = blank(rest)?;
        Ok((rest, found))
    }
}

/// A sign of punctuation.
pub(crate) fn sign<'a>(wanted: char) -> impl FnMut(&'a str) -> Parsed<'a, char> {
    let expected = match wanted {
        ':' => "`:`",
        ';' => "`;`",
        '=' => "`=`",
        '>' => "`>`",
        ']' => "`]`",
        '}' => "`}`",
        _ => "a sign",
    };
    token(expect(expected, char(wanted)))
}

/// A letter or `_`, then letters, digits and `_`.
pub(crate) fn ident(input: &str) -> Parsed<'_, &str> {
    expect(
        "a name",
        recognize(pair(
            take_while_m_n(1, 1, |c: char| c.is_ascii_alphabetic() || c == '_'),
            take_while(|c: char| c.is_ascii_alphanumeric() || c == '_'),
        )),
    )(input)
}

/// A decimal number.
pub(crate) fn number(input: &str) -> Parsed<'_, u32> {
    expect("a number", map_opt(take_while1(|c: char| c.is_ascii_digit()), |digits: &str| digits.parse().ok()))(
        input,
    )
}

/// `#` and one to eight hexadecimal digits.
pub(crate) fn id(input: &str) -> Parsed<'_, u32> {
    preceded(
        char('#'),
        cut(expect(
            "one to eight hexadecimal digits",
            map_opt(take_while1(|c: char| c.is_ascii_hexdigit()), |digits: &str| {
                u32::from_str_radix(digits, 16).ok()
            }),
        )),
    )
    .parse(input)
}
