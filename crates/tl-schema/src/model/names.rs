//! Rust names.

use std::collections::BTreeSet;

/// `inputCheckPasswordSRP` → `InputCheckPasswordSrp`, `p_q_inner_data` → `PQInnerData`
pub(crate) fn camel(name: &str) -> String {
    words(name)
        .map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars.map(|c| c.to_ascii_lowercase())).collect::<String>()
        })
        .collect()
}

/// `srp_B` → `srp_b`, `type` → `type_`
pub(crate) fn snake(name: &str) -> String {
    let snake = words(name).map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_");
    if KEYWORDS.contains(&snake.as_str()) { snake + "_" } else { snake }
}

/// Every word that no identifier can be (The Rust Reference, "Keywords").
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// A word ends before `_`, before a capital behind a small letter or digit, and before the last capital of a run.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split('_').flat_map(|part| {
        let bytes = part.as_bytes();
        let is_start = |at: &usize| {
            let at = *at;
            let kind = |at: usize| bytes.get(at).copied().unwrap_or(b'A');
            let before = kind(at.wrapping_sub(1));
            kind(at).is_ascii_uppercase()
                && (!before.is_ascii_uppercase() || bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase))
        };
        let mut starts: Vec<_> = (1..part.len()).filter(is_start).collect();
        starts.insert(0, 0);
        starts.push(part.len());
        let words: Vec<_> =
            starts.windows(2).filter_map(|pair| part.get(*pair.first()?..*pair.last()?)).collect();
        words.into_iter().filter(|word| !word.is_empty())
    })
}

/// The variants' names: the constructors' without the type's, where something valid remains.
pub(crate) fn variants(ty: &str, constructors: &[&str]) -> Vec<String> {
    let ty = camel(ty);
    let whole: Vec<_> = constructors.iter().map(|name| camel(name)).collect();
    let short = |name: &String| match name.strip_prefix(&ty) {
        Some(rest) if rest != "Self" && rest.starts_with(|c: char| c.is_ascii_uppercase()) => rest.to_owned(),
        _ => name.clone(),
    };
    let short: Vec<_> = whole.iter().map(short).collect();
    let is_unique = |name: &String| short.iter().filter(|other| *other == name).count() == 1;
    let variants: Vec<_> = short
        .iter()
        .zip(&whole)
        .map(|(short, whole)| if is_unique(short) { short.clone() } else { whole.clone() })
        .collect();
    // the whole name of one may be what is left of another
    if variants.iter().collect::<BTreeSet<_>>().len() == variants.len() { variants } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn camel_case() {
        let cases = [
            ("user", "User"),
            ("inputCheckPasswordSRP", "InputCheckPasswordSrp"),
            ("p_q_inner_data_dc", "PQInnerDataDc"),
            ("server_DH_params_ok", "ServerDhParamsOk"),
            ("Set_client_DH_params_answer", "SetClientDhParamsAnswer"),
            ("dataJSON", "DataJson"),
            ("JSONObjectValue", "JsonObjectValue"),
            ("getContactIDs", "GetContactIDs"),
            ("ipPort", "IpPort"),
            ("securePasswordKdfAlgoSHA512", "SecurePasswordKdfAlgoSha512"),
        ];
        for (tl, rust) in cases {
            assert_eq!(camel(tl), rust);
        }
    }

    #[test]
    fn snake_case() {
        let cases = [("srp_B", "srp_b"), ("type", "type_"), ("A", "a"), ("M1", "m1"), ("flags2", "flags2")];
        for (tl, rust) in cases {
            assert_eq!(snake(tl), rust);
        }
    }

    #[test]
    fn variants_drop_the_name_of_their_type() {
        let cases: [(&str, &[&str], &[&str]); 6] = [
            ("User", &["userEmpty", "user"], &["Empty", "User"]),
            ("UserStatus", &["userStatusLastWeek"], &["LastWeek"]),
            ("Contacts", &["contactsNotModified", "contacts"], &["NotModified", "Contacts"]),
            ("InputUser", &["inputUserSelf", "inputUser"], &["InputUserSelf", "InputUser"]),
            ("A", &["aB", "b"], &["AB", "B"]),
            ("Foo", &["fooBar", "fooFooBar", "bar"], &["FooBar", "FooFooBar", "Bar"]),
        ];
        for (ty, constructors, names) in cases {
            assert_eq!(variants(ty, constructors), names);
        }
    }
}
