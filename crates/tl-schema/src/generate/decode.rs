//! Reading.

use crate::generate::combinator::{hex_literal, lifetime};
use crate::generate::ty::Form;
use crate::model::field::{Field, Kind, Value};
use crate::model::{Combinator, Model, snake};

/// `impl DecodeBare` for an owned form that borrows nothing.
pub(crate) fn plain(found: &Combinator<'_>) -> String {
    decode_bare(found, &found.rust, &whole(found))
}

/// `impl DecodeBare` for a borrowed form.
pub(crate) fn bare(model: &Model<'_>, found: &Combinator<'_>) -> String {
    let ty = format!("{}Ref{}", found.rust, lifetime(found));
    match found.first_cold {
        None => decode_bare(found, &ty, &whole(found)),
        Some(first_cold) => decode_bare(found, &ty, &head_and_rest(model, found, first_cold)),
    }
}

fn decode_bare(found: &Combinator<'_>, ty: &str, body: &str) -> String {
    let reader = if body.contains("reader") { "reader" } else { "_" };
    // what stands in vectors of thousands is read where it is used: a large value costs its copies
    let inline = if found.is_hot { "#[inline(always)]\n" } else { "" };
    format!(
        "impl<'a> DecodeBare<'a> for {ty} {{\nconst MIN_LEN: usize = {};\n\n\
         {inline}fn decode_bare({reader}: &mut Reader<'a>) -> Result<Self, DecodeError> {{\n{body}\n}}\n}}\n\n",
        found.min_len
    )
}

/// `reader.field(…)?` for a field.
fn read(field: &Field<'_>, owner: &str) -> Option<String> {
    let name = field.tl_name;
    match &field.kind {
        Kind::True(_) => None,
        Kind::Word => Some(format!("reader.field({owner}, \"{name}\")?")),
        Kind::Value(value) => Some(match value.flag {
            None => format!("reader.field({owner}, \"{name}\")?"),
            Some(flag) => {
                format!("reader.optional(is_set({}, {}), {owner}, \"{name}\")?", snake(&flag.word), flag.bit)
            }
        }),
    }
}

/// `let` statements for the first `len` fields.
fn bindings(found: &Combinator<'_>, len: usize) -> String {
    let mut text = String::new();
    for field in found.fields.iter().take(len) {
        if let Some(read) = read(field, "Self::NAME") {
            let ty = if matches!(field.kind, Kind::Word) { ": u32" } else { "" };
            text += &format!("let {}{ty} = {read};\n", field.rust);
        }
    }
    text
}

/// All fields, in the order of the declaration; a struct literal evaluates its fields in the order of writing.
fn whole(found: &Combinator<'_>) -> String {
    let bound_len = found.bound_len();
    let mut fields = String::new();
    for (at, field) in found.fields.iter().enumerate() {
        match read(field, "Self::NAME") {
            None => {}
            Some(_) if at < bound_len => fields += &format!("{},\n", field.rust),
            Some(read) => fields += &format!("{}: {read},\n", field.rust),
        }
    }
    if fields.is_empty() {
        return "Ok(Self)".to_owned();
    }
    format!("{}Ok(Self {{\n{fields}}})", bindings(found, bound_len))
}

/// The fields before the first cold one, then all others as one slice that is checked field by field.
fn head_and_rest(model: &Model<'_>, found: &Combinator<'_>, first_cold: usize) -> String {
    let first_rare = found.first_rare().unwrap_or(first_cold);
    let mut walk = String::new();
    let mut names = String::new();
    for (at, field) in found.fields.iter().enumerate() {
        let (Some(read), is_head) = (read(field, "Self::NAME"), at < first_cold) else { continue };
        if is_head || field.value().is_some_and(|value| value.is_hot) {
            names += &format!("{},\n", field.rust);
        }
        match field.value() {
            _ if is_head || at >= first_rare => {}
            Some(value) if value.is_hot => walk += &format!("let {} = {read};\n", field.rust),
            Some(value) => walk += &skip(model, value, &read),
            None => {}
        }
    }
    let masks: Vec<_> = rare_masks(found, first_rare)
        .iter()
        .map(|(word, mask)| format!("{word} & {} != 0", hex_literal(*mask)))
        .collect();
    if !masks.is_empty() {
        let words: String = rest_words(found, first_rare).iter().map(|word| format!(", {word}")).collect();
        walk +=
            &format!("if {} {{\n{}Rest::check_rare(reader{words})?;\n}}\n", masks.join(" || "), found.rust);
    }
    format!(
        "{}let before = *reader;\n{walk}Ok(Self {{\n{names}rest: reader.since(&before),\n}})",
        bindings(found, first_cold),
    )
}

/// The bits of the rare fields, by word.
fn rare_masks(found: &Combinator<'_>, first_rare: usize) -> Vec<(String, u32)> {
    let masks = found.words().map(|word| {
        let fields = found.fields.iter().skip(first_rare).filter_map(Field::value);
        let flags = fields.filter_map(|value| value.flag).filter(|flag| flag.word == word.tl_name);
        (word.rust.clone(), flags.fold(0, |mask, flag| mask | 1_u32 << flag.bit))
    });
    masks.filter(|(_, mask)| *mask != 0).collect()
}

/// The method that checks the rare fields, out of the way of those values that have none.
fn check_rare(model: &Model<'_>, found: &Combinator<'_>, first_rare: usize) -> String {
    let walk: String = found
        .fields
        .iter()
        .skip(first_rare)
        .filter_map(|field| Some(skip(model, field.value()?, &read(field, "owner")?)))
        .collect();
    if walk.is_empty() {
        return walk;
    }
    format!(
        "#[inline(never)]\nfn check_rare(reader: &mut Reader<'a>{}) -> Result<(), DecodeError> {{\n\
         let owner = {}::NAME;\n{walk}Ok(())\n}}\n",
        parameters(&rest_words(found, first_rare)),
        found.rust
    )
}

/// `, flags: u32, flags2: u32`
fn parameters(words: &[String]) -> String {
    words.iter().map(|word| format!(", {word}: u32")).collect()
}

/// `reader.skip(…)?;` in place of `reader.optional(…)?`; what is mandatory is read, and dropped.
fn skip(model: &Model<'_>, value: &Value<'_>, read: &str) -> String {
    let ty = model.present_type(value, Form::Borrowed);
    let skip = read.replace("reader.optional(", &format!("reader.skip::<{ty}>("));
    skip.replace("reader.field(", &format!("reader.field::<{ty}>(")) + ";\n"
}

/// The words that the fields behind the first cold one depend on.
fn rest_words(found: &Combinator<'_>, first_cold: usize) -> Vec<String> {
    let is_used = |word: &&Field<'_>| {
        found
            .fields
            .iter()
            .skip(first_cold)
            .filter_map(Field::value)
            .any(|value| value.flag.is_some_and(|flag| flag.word == word.tl_name))
    };
    found.words().filter(is_used).map(|word| word.rust.clone()).collect()
}

/// The fields from the first cold one on, as a struct of their own that is read on demand.
pub(crate) fn cold_struct(model: &Model<'_>, found: &Combinator<'_>) -> String {
    let Some(first_cold) = found.first_cold else {
        return String::new();
    };
    let first = found.fields.get(first_cold).map_or("", |field| field.tl_name);
    let mut fields = String::new();
    let mut names = String::new();
    let mut reads = String::new();
    for field in found.fields.iter().skip(first_cold) {
        let (Some(value), Some(read)) = (field.value(), read(field, "owner")) else { continue };
        if value.is_hot || is_in_front(field, first) {
            // it has been read with its owner, or its accessor reads it alone
            reads += &skip(model, value, &read);
        } else {
            fields += &format!("{}: {},\n", field.rust, model.field_type(value, Form::Borrowed));
            names += &format!("{},\n", field.rust);
            reads += &format!("let {} = {read};\n", field.rust);
        }
    }
    let lifetime = rest_lifetime(model, found);
    let words = parameters(&rest_words(found, first_cold));
    let check_rare = check_rare(model, found, found.first_rare().unwrap_or(first_cold));
    if names.is_empty() {
        // the one cold field is read alone
        let rust = &found.rust;
        let docs = format!("/// The check of what few `{}` have.", found.declaration.name);
        let alone = format!("{docs}\nstruct {rust}Rest;\n\nimpl<'a> {rust}Rest {{\n{check_rare}}}\n\n");
        return if check_rare.is_empty() { check_rare } else { alone };
    }
    format!(
        "/// The fields of `{name}` from `{first}` on that are read on demand.\n#[derive(Clone, Copy, Default)]\n\
         struct {rust}Rest{lifetime} {{\n{fields}}}\n\n\
         impl<'a> {rust}Rest{lifetime} {{\n{check_rare}\n\
         fn read(reader: &mut Reader<'a>{words}) -> Result<Self, DecodeError> {{\n\
         let owner = {rust}::NAME;\n{reads}Ok(Self {{\n{names}}})\n}}\n}}\n\n",
        name = found.declaration.name,
        rust = found.rust,
    )
}

/// The lifetime of the struct of cold fields, which may be numbers alone.
fn rest_lifetime(model: &Model<'_>, found: &Combinator<'_>) -> &'static str {
    let mut types = kept_in_rest(found).map(|value| model.field_type(value, Form::Borrowed));
    if types.any(|ty| ty.contains("'a")) { "<'a>" } else { "" }
}

/// The cold fields that are not read alone.
fn kept_in_rest<'f>(found: &'f Combinator<'_>) -> impl Iterator<Item = &'f Value<'f>> {
    let cold = found.fields.iter().skip(found.first_cold.unwrap_or(found.fields.len()));
    let first = cold.clone().next().map_or("", |field| field.tl_name);
    cold.filter(move |field| !is_in_front(field, first))
        .filter_map(Field::value)
        .filter(|value| !value.is_hot)
}

/// Whether a cold field stands where the cold ones begin, so that it is read without the others.
fn is_in_front(field: &Field<'_>, first: &str) -> bool {
    field.tl_name == first && field.value().is_some_and(|value| value.flag.is_some() && !value.is_hot)
}

/// The methods that read cold fields.
pub(crate) fn cold_accessors(model: &Model<'_>, found: &Combinator<'_>) -> String {
    let Some(first_cold) = found.first_cold else {
        return String::new();
    };
    let lifetime = lifetime(found);
    let first = found.fields.get(first_cold).map_or("", |field| field.tl_name);
    let mut methods = String::new();
    for field in found.fields.iter().skip(first_cold) {
        if let Some(value) = field.value().filter(|value| !value.is_hot) {
            // most values lack the field, and the answer is at hand
            let guard = value.flag.map_or_else(String::new, |flag| {
                format!("if !is_set(self.{}, {}) {{\nreturn None;\n}}\n", snake(&flag.word), flag.bit)
            });
            let read = if is_in_front(field, first) {
                format!("Reader::new(self.rest).field({}::NAME, \"{first}\").ok()", found.rust)
            } else {
                format!("self.rest().{}", field.rust)
            };
            methods += &format!(
                "/// `{}`, read on demand.\n#[inline]\npub fn {}(&self) -> {} {{\n{guard}{read}\n}}\n\n",
                field.declared,
                field.rust,
                model.field_type(value, Form::Borrowed)
            );
        }
    }
    if kept_in_rest(found).next().is_some() {
        methods += &rest_method(model, found, first_cold);
    }
    format!("impl<'a> {rust}Ref{lifetime} {{\n{methods}}}\n\n", rust = found.rust)
}

/// The method that reads all cold fields but the one in front.
fn rest_method(model: &Model<'_>, found: &Combinator<'_>, first_cold: usize) -> String {
    let words: String = rest_words(found, first_cold).iter().map(|word| format!(", self.{word}")).collect();
    format!(
        "#[inline(never)]\nfn rest(&self) -> {rust}Rest{lifetime} {{\n\
         // these bytes were read once when the value was decoded, so this cannot fail\n\
         {rust}Rest::read(&mut Reader::new(self.rest){words}).unwrap_or_default()\n}}\n",
        rust = found.rust,
        lifetime = rest_lifetime(model, found),
    )
}
