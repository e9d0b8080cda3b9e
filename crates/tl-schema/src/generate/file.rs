//! The files: modules for structs, enums and methods, with one file for each namespace.

mod imports;

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::Name;
use crate::generate::file::imports::{imports, without_path};
use crate::generate::{GeneratedFile, combinator, enums};
use crate::model::{Combinator, Model, is_taken_module};

/// The modules and their documentation.
const MODULES: [(&str, &str); 3] = [
    ("types", "The constructors: a struct each, with its borrowed form."),
    ("enums", "The types with several constructors: an enum each, with its borrowed form."),
    ("functions", "The methods: a struct each, with the form in which a server reads it."),
];

/// The items of a module by namespace, in order.
type ByNamespace<'m> = BTreeMap<Option<&'m str>, String>;

/// Fewer constructors of one first word stay together with the other rare ones.
const MIN_FILE_ITEMS: usize = 3;

/// All files of a model.
pub(crate) fn files(model: &Model<'_>) -> Vec<GeneratedFile> {
    let stem = model.plan.root.rsplit("::").next().unwrap_or_default();
    let words = file_words(model);
    let kept = model.constructors.iter().filter(|found| !words.contains_key(&found.declaration.name));
    let parts = [
        by_namespace(kept.map(|found| structs(model, found))),
        by_namespace(model.types.values().map(|found| (found.name, enums::items(model, found)))),
        by_namespace(model.functions.iter().map(|found| structs(model, found))),
    ];
    let mut files = vec![GeneratedFile { path: format!("{stem}.rs"), text: root(model) }];
    for ((module, docs), part) in MODULES.iter().zip(&parts) {
        let namespaces: Vec<_> = part.keys().copied().flatten().collect();
        let mut submodules: String = namespaces
            .iter()
            .map(|namespace| format!("/// `{namespace}.*`\npub mod {};\n", module_name(namespace)))
            .collect();
        if *module == "types" {
            submodules += &by_word(model, stem, &words, &namespaces, &mut files);
        }
        let items = part.get(&None).map_or("", String::as_str);
        let items = &without_path(items, &format!("{module}::"), |_| true);
        let path = format!("{stem}/{module}.rs");
        files.push(file(model, path, docs, &submodules, items));
        for namespace in namespaces {
            let items = part.get(&Some(namespace)).map_or("", String::as_str);
            let items = &without_path(items, &format!("{module}::{}::", module_name(namespace)), |_| true);
            let path = format!("{stem}/{module}/{}.rs", module_name(namespace));
            files.push(file(model, path, &format!("`{namespace}.*`"), "", items));
        }
    }
    files
}

/// The word that names the file of each constructor that does not stand in its module's own file.
fn file_words<'m>(model: &'m Model<'_>) -> BTreeMap<&'m Name, String> {
    if !model.plan.split {
        return BTreeMap::new();
    }
    let words = || {
        model
            .constructors
            .iter()
            .map(|found| found.declaration)
            .filter(|found| found.name.namespace.is_none())
            .map(|found| (&found.name, first_word(&found.result.name.ident)))
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, word) in words() {
        *counts.entry(word).or_default() += 1;
    }
    words().filter(|(_, word)| counts.get(word).is_some_and(|count| *count >= MIN_FILE_ITEMS)).collect()
}

/// `MessageMedia` → `message`; `Input` says only who sends a type, so the word behind it counts too.
fn first_word(ty: &str) -> String {
    let snake = crate::model::snake(ty);
    let mut words = snake.split('_');
    match (words.next().unwrap_or_default(), words.next()) {
        ("input", Some(second)) if !second.is_empty() => format!("input_{second}"),
        (first, _) => first.to_owned(),
    }
}

/// Adds a file for each first word; returns the modules, whose names are not to be seen.
fn by_word(
    model: &Model<'_>,
    stem: &str,
    words: &BTreeMap<&Name, String>,
    namespaces: &[&str],
    files: &mut Vec<GeneratedFile>,
) -> String {
    let mut parts: BTreeMap<&str, (String, BTreeSet<&str>)> = BTreeMap::new();
    for found in &model.constructors {
        if let Some(word) = words.get(&found.declaration.name) {
            let (items, names) = parts.entry(word).or_default();
            *items += &combinator::items(model, found);
            names.insert(&found.rust);
        }
    }
    let mut taken: BTreeSet<_> = namespaces.iter().map(|namespace| module_name(namespace)).collect();
    let mut modules = String::new();
    for (word, (items, names)) in parts {
        // a namespace, a keyword or something else has the name already
        let mut name = crate::model::snake(word);
        while is_taken_module(&name) || !taken.insert(name.clone()) {
            name.push('_');
        }
        let docs = format!("The constructors whose type begins with the word `{word}`.");
        let is_here = |name: &str| {
            names.contains(name) || name.strip_suffix("Ref").is_some_and(|name| names.contains(name))
        };
        let items = without_path(&items, "types::", is_here);
        files.push(file(model, format!("{stem}/types/{name}.rs"), &docs, "", &items));
        modules += &format!("mod {name};\npub use {name}::*;\n");
    }
    modules
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
    if model.plan.root == "crate" {
        text += "#![no_std]\n\nextern crate alloc;\n\n";
    }
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
