//! One declaration: `name#id {X:Type} field:type … = Result;`

use nom::Parser;
use nom::branch::alt;
use nom::character::complete::char;
use nom::combinator::{cut, map, map_opt, not, opt, peek, success, value};
use nom::multi::{many0, separated_list1};
use nom::sequence::{delimited, pair, preceded, terminated};

use crate::ast::{Declaration, Field, FieldKind, Flag, Generic, Name, Section, Type};
use crate::parse::MAX_TYPE_DEPTH;
use crate::parse::lexer::{Parsed, expect, fault, id, ident, number, sign, token};
use crate::parse::source::Source;

pub(crate) fn declaration<'a>(
    source: &Source<'a>,
    section: Section,
    input: &'a str,
) -> Parsed<'a, Declaration> {
    let position = source.position(input);
    let (rest, name) = expect("a declaration", name).parse(input)?;
    let (rest, id) = token(opt(id)).parse(rest)?;
    let (rest, is_builtin) = map(opt(token(char('?'))), |mark| mark.is_some()).parse(rest)?;
    let (rest, generics) = many0(generic).parse(rest)?;
    let (rest, fields) = fields(source, '=', rest)?;
    let (rest, _) = sign('=')(rest)?;
    let (behind, result) = result_type(source, 1, rest)?;
    if result.is_function || result.is_bare {
        return fault(rest, "the type of a result");
    }
    let (rest, _) = expect("`;`", char(';')).parse(behind)?;
    Ok((rest, Declaration { position, section, name, id, generics, fields, result, is_builtin }))
}

/// `auth.sentCode`
fn name(input: &str) -> Parsed<'_, Name> {
    map(pair(ident, opt(preceded(char('.'), ident))), |(first, second)| match second {
        Some(second) => Name { namespace: Some(first.to_owned()), ident: second.to_owned() },
        None => Name { namespace: None, ident: first.to_owned() },
    })
    .parse(input)
}

/// `{X:Type}`
fn generic(input: &str) -> Parsed<'_, Generic> {
    map(
        delimited(sign('{'), pair(terminated(token(ident), sign(':')), token(ident)), sign('}')),
        |(name, kind)| Generic { name: name.to_owned(), kind: kind.to_owned() },
    )
    .parse(input)
}

/// Fields up to the sign `end`.
fn fields<'a>(source: &Source<'a>, end: char, input: &'a str) -> Parsed<'a, Vec<Field>> {
    let mut fields = Vec::new();
    let mut rest = input;
    while !rest.starts_with(end) {
        let (behind, found) = field(source, rest)?;
        fields.push(found);
        rest = behind;
    }
    Ok((rest, fields))
}

fn field<'a>(source: &Source<'a>, input: &'a str) -> Parsed<'a, Field> {
    let position = source.position(input);
    if input.starts_with(|c: char| c == '[' || c.is_ascii_digit()) {
        let (rest, kind) = repetition(source, input)?;
        return Ok((rest, Field { position, name: None, kind }));
    }
    if input.starts_with('#') {
        let (rest, kind) = value(FieldKind::Word, token(char('#'))).parse(input)?;
        return Ok((rest, Field { position, name: None, kind }));
    }
    let (rest, name) = expect("a field, or `=` and the result", token(ident)).parse(input)?;
    let (rest, _) = sign(':')(rest)?;
    let (rest, kind) = alt((value(FieldKind::Word, token(char('#'))), |input| {
        let (rest, flag) = opt(flag).parse(input)?;
        map(|input| type_expression(source, 1, input), |ty| FieldKind::Value { flag: flag.clone(), ty })
            .parse(rest)
    }))
    .parse(rest)?;
    Ok((rest, Field { position, name: Some(name.to_owned()), kind }))
}

/// `[ t ]`, `4*[ int ]`; what is repeated has no names.
fn repetition<'a>(source: &Source<'a>, input: &'a str) -> Parsed<'a, FieldKind> {
    let (rest, count) = opt(terminated(token(number), token(char('*')))).parse(input)?;
    let (mut rest, _) = sign('[')(rest)?;
    let mut fields = Vec::new();
    while !rest.starts_with(']') {
        let position = source.position(rest);
        let (behind, ty) = type_expression(source, 1, rest)?;
        fields.push(Field { position, name: None, kind: FieldKind::Value { flag: None, ty } });
        rest = behind;
    }
    let (rest, _) = sign(']')(rest)?;
    Ok((rest, FieldKind::Repetition { count, fields }))
}

/// `flags.3?`
fn flag(input: &str) -> Parsed<'_, Flag> {
    // a digit behind the dot: this cannot be the name of a type any more
    let (rest, word) = terminated(ident, pair(char('.'), peek(number))).parse(input)?;
    let bit = map_opt(number, |bit| u8::try_from(bit).ok().filter(|bit| *bit < 32));
    let (rest, bit) = cut(expect("a bit from 0 to 31", bit)).parse(rest)?;
    let (rest, _) = cut(expect("`?`", char('?'))).parse(rest)?;
    Ok((rest, Flag { word: word.to_owned(), bit }))
}

/// `int`, `!X`, `%T`, `Vector<T>`, `(Vector T)`; the outermost one is at depth 1.
fn type_expression<'a>(source: &Source<'a>, depth: usize, input: &'a str) -> Parsed<'a, Type> {
    if depth > MAX_TYPE_DEPTH {
        return fault(input, "fewer types inside each other");
    }
    if input.starts_with('(') {
        let inner = |input| result_type(source, depth + 1, input);
        return delimited(sign('('), inner, token(expect("`)`", char(')')))).parse(input);
    }
    let position = source.position(input);
    let (rest, is_function) = map(opt(char('!')), |mark| mark.is_some()).parse(input)?;
    let (rest, is_bare) = map(opt(char('%')), |mark| mark.is_some()).parse(rest)?;
    let (rest, name) = expect("a type", token(name)).parse(rest)?;
    let argument = |input| type_expression(source, depth + 1, input);
    let arguments = delimited(sign('<'), separated_list1(sign(','), argument), sign('>'));
    let (rest, arguments) = alt((arguments, success_without('<'))).parse(rest)?;
    Ok((rest, Type { position, is_function, is_bare, name, arguments }))
}

/// Nothing, where no `sign` follows.
fn success_without<'a, T>(sign: char) -> impl Parser<&'a str, Output = Vec<T>, Error = crate::parse::Fault> {
    map(pair(peek(not(char(sign))), success(())), |_| Vec::new())
}

/// As [`type_expression`], with arguments behind the name: `Vector t`.
fn result_type<'a>(source: &Source<'a>, depth: usize, input: &'a str) -> Parsed<'a, Type> {
    let (mut rest, mut ty) = type_expression(source, depth, input)?;
    while !rest.starts_with([';', ')']) {
        if rest.is_empty() {
            return fault(rest, "`;`");
        }
        let (behind, argument) = type_expression(source, depth + 1, rest)?;
        ty.arguments.push(argument);
        rest = behind;
    }
    Ok((rest, ty))
}
