//! The files: modules for structs, enums and methods, with one file for each namespace.

use std::collections::BTreeMap;

use crate::ast::Name;
use crate::generate::{GeneratedFile, combinator, enums};
use crate::model::{Combinator, Model};

/// The modules and their documentation.
const MODULES: [(&str, &str); 3] = [
    ("types", "The constructors: a struct each, with its borrowed form."),
    ("enums", "The types with several constructors: an enum each, with its borrowed form."),
    ("functions", "The methods: a struct each, with the form in which a server reads it."),
];

/// What generated code uses of the codec, with the words by which its use is seen.
const IMPORTS: [(&str, &[&str]); 22] = [
    ("Bare", &["Bare"]),
    ("BareVecRef", &["BareVecRef"]),
    ("Constructor", &["NAME"]),
    ("DecodeBare", &["DecodeBare"]),
    ("DecodeError", &["DecodeError"]),
    ("Encode", &["Encode", "encode", "encoded_len"]),
    ("EncodeBare", &["EncodeBare"]),
    ("Function", &["Function"]),
    ("Int128", &["Int128"]),
    ("Int256", &["Int256"]),
    ("Lazy", &["Lazy"]),
    ("RawBytes", &["RawBytes"]),
    ("RawObject", &["RawObject"]),
    ("Reader", &["Reader"]),
    ("Redacted", &["Redacted"]),
    ("Shared", &["Shared"]),
    ("Str", &["Str"]),
    ("VecRef", &["VecRef"]),
    ("bare_vector_len", &["bare_vector_len"]),
    ("bit", &["bit"]),
    ("encode_bare_vector", &["encode_bare_vector"]),
    ("is_set", &["is_set"]),
];

/// The items of a module by namespace, in order.
type ByNamespace<'m> = BTreeMap<Option<&'m str>, String>;

/// All files of a model.
pub(crate) fn files(model: &Model<'_>) -> Vec<GeneratedFile> {
    let stem = model.plan.root.rsplit("::").next().unwrap_or_default();
    let parts = [
        by_namespace(model.constructors.iter().map(|found| structs(model, found))),
        by_namespace(model.types.values().map(|found| (found.name, enums::items(model, found)))),
        by_namespace(model.functions.iter().map(|found| structs(model, found))),
    ];
    let mut files = vec![GeneratedFile { path: format!("{stem}.rs"), text: root(model) }];
    for ((module, docs), part) in MODULES.iter().zip(&parts) {
        let namespaces: Vec<_> = part.keys().copied().flatten().collect();
        let submodules: String = namespaces
            .iter()
            .map(|namespace| format!("/// `{namespace}.*`\npub mod {};\n", module_name(namespace)))
            .collect();
        let items = part.get(&None).map_or("", String::as_str);
        let items = &items.replace(&format!("{module}::"), "");
        let path = format!("{stem}/{module}.rs");
        files.push(file(model, path, docs, &submodules, items));
        for namespace in namespaces {
            let items = part.get(&Some(namespace)).map_or("", String::as_str);
            let items = &items.replace(&format!("{module}::{}::", module_name(namespace)), "");
            let path = format!("{stem}/{module}/{}.rs", module_name(namespace));
            files.push(file(model, path, &format!("`{namespace}.*`"), "", items));
        }
    }
    files
}

fn structs<'m>(model: &Model<'_>, found: &'m Combinator<'_>) -> (&'m Name, String) {
    (&found.declaration.name, combinator::items(model, found))
}

fn by_namespace<'m>(items: impl Iterator<Item = (&'m Name, String)>) -> ByNamespace<'m> {
    let mut parts = ByNamespace::new();
    for (name, text) in items {
        *parts.entry(name.namespace.as_deref()).or_default() += &text;
    }
    parts
}

/// The name of a namespace's module and file.
pub(crate) fn module_name(namespace: &str) -> String {
    crate::model::snake(namespace)
}

fn root(model: &Model<'_>) -> String {
    let docs: String = model.plan.docs.iter().map(|line| format!("//! {line}\n")).collect();
    let mut text = format!("{}\n{docs}\n", header(model));
    for (module, docs) in MODULES {
        for expected in model.plan.expected_lints.iter().filter(|expected| expected.module == module) {
            text += &format!("#[expect({}, reason = \"{}\")]\n", expected.lint, expected.reason);
        }
        text += &format!("/// {docs}\npub mod {module};\n");
    }
    if let Some(layer) = model.index.schema().layer {
        text += &format!("\n/// The layer of the schema.\npub const LAYER: i32 = {layer};\n");
    }
    text
}

fn file(model: &Model<'_>, path: String, docs: &str, submodules: &str, items: &str) -> GeneratedFile {
    let text = format!("{}\n//! {docs}\n\n{submodules}\n{}\n{items}", header(model), imports(model, items));
    GeneratedFile { path, text }
}

/// The comment that opens every file.
pub(crate) fn header(model: &Model<'_>) -> String {
    model.plan.header.iter().map(|line| format!("// {line}\n")).collect()
}

fn imports(model: &Model<'_>, items: &str) -> String {
    let words: std::collections::BTreeSet<_> = items
        .lines()
        .filter(|line| !line.trim_start().starts_with("///"))
        .flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .collect();
    let mut text = String::new();
    if words.contains("fmt") {
        text += "use core::fmt;\n\n";
    }
    let codec: Vec<_> = IMPORTS
        .iter()
        .filter(|(_, signs)| signs.iter().any(|sign| words.contains(sign)))
        .map(|(name, _)| *name)
        .collect();
    if !codec.is_empty() {
        text += &format!("use tl_codec::{{{}}};\n\n", codec.join(", "));
    }
    let own: Vec<_> =
        ["enums", "types"].into_iter().filter(|module| items.contains(&format!("{module}::"))).collect();
    if !own.is_empty() {
        text += &format!("use {}::{{{}}};\n", model.plan.root, own.join(", "));
    }
    text
}
