//! What stands at the head of a file, as far as the text below it uses it.

use std::collections::BTreeSet;

use crate::model::Model;

/// What generated code uses of the codec, with the signs of its use.
const CODEC: [(&str, &[Sign<'_>]); 23] = [
    ("Bare", &[Sign::Item("Bare")]),
    ("BareVecRef", &[Sign::Item("BareVecRef")]),
    ("Constructor", &[Sign::Item("NAME")]),
    ("DecodeBare", &[Sign::Item("DecodeBare")]),
    ("DecodeError", &[Sign::Item("DecodeError")]),
    ("Encode", &[Sign::Item("Encode"), Sign::Method("encode"), Sign::Method("encoded_len")]),
    ("EncodeBare", &[Sign::Item("EncodeBare")]),
    ("Function", &[Sign::Item("Function")]),
    ("Int128", &[Sign::Item("Int128")]),
    ("Int256", &[Sign::Item("Int256")]),
    ("Lazy", &[Sign::Item("Lazy")]),
    ("RawBytes", &[Sign::Item("RawBytes")]),
    ("RawObject", &[Sign::Item("RawObject")]),
    ("Reader", &[Sign::Item("Reader")]),
    ("Redacted", &[Sign::Item("Redacted")]),
    ("Shared", &[Sign::Call("Shared")]),
    ("Str", &[Sign::Item("Str")]),
    ("VecRef", &[Sign::Item("VecRef")]),
    ("bare_vector_len", &[Sign::Call("bare_vector_len")]),
    ("bit", &[Sign::Call("bit")]),
    ("bits", &[Sign::Call("bits")]),
    ("encode_bare_vector", &[Sign::Call("encode_bare_vector")]),
    ("is_set", &[Sign::Call("is_set")]),
];

/// What is in no prelude without std.
const ALLOC: [(&str, &str); 3] = [("Box", "boxed::Box"), ("String", "string::String"), ("Vec", "vec::Vec")];

/// How a word stands where it means what is imported; a field, a method or a variant may be called the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sign<'t> {
    /// A type, trait or constant.
    Item(&'t str),
    /// `bit(…)`
    Call(&'t str),
    /// `.encode(…)`
    Method(&'t str),
    /// `fmt::…`
    Path(&'t str),
}

pub(crate) fn imports(model: &Model<'_>, items: &str) -> String {
    let signs = signs(items);
    let alloc: Vec<_> =
        ALLOC.iter().filter(|(sign, _)| signs.contains(&Sign::Item(sign))).map(|(_, path)| *path).collect();
    let mut text = String::new();
    if !alloc.is_empty() {
        text += &format!("use alloc::{{{}}};\n", alloc.join(", "));
    }
    if signs.contains(&Sign::Path("fmt")) {
        text += "use core::fmt;\n";
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let is_used = |of: &&[Sign<'_>]| of.iter().any(|sign| signs.contains(sign));
    let codec: Vec<_> = CODEC.iter().filter(|(_, of)| is_used(of)).map(|(name, _)| *name).collect();
    if !codec.is_empty() {
        text += &format!("use tl_codec::{{{}}};\n\n", codec.join(", "));
    }
    let own: Vec<_> =
        ["enums", "types"].into_iter().filter(|module| signs.contains(&Sign::Path(module))).collect();
    if !own.is_empty() {
        text += &format!("use {}::{{{}}};\n", model.plan.root, own.join(", "));
    }
    text
}

fn signs(items: &str) -> BTreeSet<Sign<'_>> {
    let lines = items.lines().filter(|line| !line.trim_start().starts_with("///"));
    lines.flat_map(signs_of_line).collect()
}

fn signs_of_line(line: &str) -> impl Iterator<Item = Sign<'_>> {
    let mut end = 0;
    core::iter::from_fn(move || {
        let start = end + line.get(end..)?.find(is_of_word)?;
        let rest = line.get(start..)?;
        let word = rest.get(..rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()))?;
        end = start + word.len();
        Some(sign(line.get(..start)?, word, line.get(end..)?))
    })
    .flatten()
}

fn sign<'t>(before: &str, word: &'t str, behind: &str) -> Option<Sign<'t>> {
    let is_call = behind.starts_with('(');
    if behind.starts_with("::") && !before.ends_with("::") {
        // the path may begin with an import: `Reader::new`
        return Some(if word.starts_with(|c: char| c.is_ascii_uppercase()) {
            Sign::Item(word)
        } else {
            Sign::Path(word)
        });
    }
    match before.chars().next_back() {
        // the name of a field as text
        Some('"') => None,
        Some('.') => is_call.then_some(Sign::Method(word)),
        _ if is_call => (!before.ends_with("fn ")).then_some(Sign::Call(word)),
        _ => Some(Sign::Item(word)),
    }
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Takes a path away in front of the names that `is_here` knows.
pub(crate) fn without_path(items: &str, path: &str, is_here: impl Fn(&str) -> bool) -> String {
    let mut pieces = items.split(path);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let name = piece.get(..piece.find(|c| !is_of_word(c)).unwrap_or(piece.len())).unwrap_or_default();
        // `enums::subtypes::` ends as `types::` does
        let is_whole = !text.ends_with(|c| is_of_word(c) || c == ':');
        text.extend([if is_whole && is_here(name) { "" } else { path }, piece]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_like_an_import_uses_none() {
        let text = "pub fn bit(&self) -> bool { is_set(self.flags, 0) }\nReader(types::FooReader),\n\
            /// Vec<Lazy>\nx.field(Self::NAME, \"Str\")?; self.rest().bits\n.bare_vector_len(x)";
        for unused in [
            Sign::Call("bit"),
            Sign::Item("Reader"),
            Sign::Item("Vec"),
            Sign::Item("Str"),
            Sign::Call("bits"),
            Sign::Call("bare_vector_len"),
        ] {
            assert!(!signs(text).contains(&unused), "{unused:?}");
        }
        for used in [Sign::Call("is_set"), Sign::Item("NAME"), Sign::Path("types"), Sign::Item("bool")] {
            assert!(signs(text).contains(&used), "{used:?}");
        }
    }

    #[test]
    fn a_path_is_taken_away_where_it_is_whole() {
        let text = "types::A enums::subtypes::B subtypes::C types::B";
        assert_eq!(
            without_path(text, "types::", |name| name == "A"),
            "A enums::subtypes::B subtypes::C types::B"
        );
    }
}
