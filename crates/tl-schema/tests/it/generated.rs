//! What the generator writes, looked at in the small.

use tl_schema::{Hot, Plan, Schema, generate, generate_list};

fn plan() -> Plan {
    Plan {
        root: "crate::schema".into(),
        docs: vec!["Docs.".into()],
        header: vec!["@generated".into()],
        functions: vec!["*".into()],
        constructors: vec!["*".into()],
        secret: vec!["phone".into()],
        hot: vec![Hot { constructor: "user".into(), fields: vec!["id".into()] }],
        ..Plan::default()
    }
}

const TEXT: &str = "// LAYER 7
plain id:long ok:Bool = Plain;
user flags:# self:flags.0?true id:long phone:flags.1?string note:flags.1?string = User;
auth.tree left:auth.Tree = auth.Tree;
auth.leaf type:string = auth.Tree;
---functions---
auth.get flags:# id:flags.3?Vector<int> = Vector<User>;
wrap {X:Type} query:!X = X;";

fn file(path: &str) -> String {
    let files = generate(&Schema::parse(TEXT).unwrap(), &plan()).unwrap();
    files.into_iter().find(|file| file.path == path).unwrap().text
}

#[test]
fn a_file_for_each_namespace() {
    let files = generate(&Schema::parse(TEXT).unwrap(), &plan()).unwrap();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "schema.rs",
            "schema/types.rs",
            "schema/types/auth.rs",
            "schema/enums.rs",
            "schema/enums/auth.rs",
            "schema/functions.rs",
            "schema/functions/auth.rs",
        ]
    );
    assert!(files.iter().all(|file| file.text.starts_with("// @generated\n")));
    assert!(files[0].text.contains("pub const LAYER: i32 = 7;"));
}

#[test]
fn files_by_the_first_word_of_a_type() {
    let schema = Schema::parse(
        "messageA m:MessageB = Message; messageB id:int = MessageB; messageC n:Note = MessageC; note = Note;
        helpA = HelpA; helpB = HelpB; helpC = HelpC; help.one = help.One;
        inputMediaA = InputMedia; inputMediaB = InputMedia; inputMediaC = InputMedia;",
    )
    .unwrap();
    let plan = Plan {
        split: true,
        functions: vec![],
        root: "crate::schema".into(),
        constructors: vec!["*".into()],
        ..Plan::default()
    };
    let files = generate(&schema, &plan).unwrap();
    let text = |path: &str| files.iter().find(|file| file.path == path).unwrap().text.as_str();
    let whole = text("schema/types.rs");
    // the namespace keeps its name
    for piece in [
        "pub mod help;",
        "mod help_;\npub use help_::*;",
        "mod message;",
        "mod input_media;",
        "pub struct Note",
    ] {
        assert!(whole.contains(piece), "{piece}\n{whole}");
    }
    let message = text("schema/types/message.rs");
    assert!(message.contains("pub m: MessageB,") && message.contains("pub n: types::Note,"), "{message}");
    assert!(message.contains("use crate::schema::{types};"));
    assert!(text("schema/types/help_.rs").contains("pub struct HelpB"));
    assert!(text("schema/types/help.rs").contains("pub struct One"));
}

#[test]
fn text_may_be_secret_as_a_whole() {
    let schema = Schema::parse("a s:string b:bytes v:Vector<string> n:long i:int = A;").unwrap();
    let plan = |secret_text| Plan {
        constructors: vec!["a".into()],
        secret: vec!["n".into(), "i".into()],
        secret_text,
        root: "crate::schema".into(),
        ..Plan::default()
    };
    let redacted = |secret_text| {
        let text = generate(&schema, &plan(secret_text)).unwrap().into_iter().nth(1).unwrap().text;
        ["s", "b", "v", "n", "i"].map(|name| text.contains(&format!(".field(\"{name}\", &Redacted)")))
    };
    assert_eq!(redacted(false), [false, false, false, true, false]);
    // codes and counts of four bytes are no secrets
    assert_eq!(redacted(true), [true, true, true, true, false]);
}

#[test]
fn the_same_schema_gives_the_same_text() {
    let schema = Schema::parse(TEXT).unwrap();
    assert_eq!(generate(&schema, &plan()), generate(&Schema::parse(TEXT).unwrap(), &plan()));
    assert!(generate_list(&schema, &plan(), "tl_api").unwrap().contains("\"auth.get\""));
}

#[test]
fn a_type_of_numbers_is_its_own_borrowed_form() {
    let types = file("schema/types.rs");
    assert!(types.contains("pub type PlainRef = Plain;"));
    assert!(types.contains("combinator!(plain Plain, "));
}

#[test]
fn bits_words_and_secrets() {
    let types = file("schema/types.rs");
    for piece in [
        "pub self_: bool,",
        "bit(self.self_, 0) | if has_rare { self.rare_flags() } else { 0 }",
        "fn rare_flags(&self) -> u32 { self.rare.as_deref().map_or(0, |rare| bit(rare.phone.is_some(), 1) | bit(rare.note.is_some(), 1)) }",
        "Shared(&rare.note, rare.phone.is_some() || rare.note.is_some()).encode(out);",
        "pub fn self_(&self) -> bool { is_set(self.flags, 0) }",
        ".field(\"phone\", &Redacted)",
        // an absent field is known without a look at the bytes, and the first one is read without the others
        "-> Option<Str<'a>> {\nif !is_set(self.flags, 1) {\nreturn None;\n}\nReader::new(self.rest).field(User::NAME, \"phone\").ok()\n}",
        "-> Option<Str<'a>> {\nif !is_set(self.flags, 1) {\nreturn None;\n}\nself.rest().note\n}",
        "#[inline(always)]\nfn decode_bare(",
        "const MIN_LEN: usize = 12;",
    ] {
        assert!(types.contains(piece), "{piece}\n{types}");
    }
}

#[test]
fn flags_in_a_row_are_gathered_together() {
    let schema = "u flags:# a:flags.4?true b:flags.5?true c:flags.6?true d:flags.8?true e:flags.9?true n:flags.10?int = U;";
    let types =
        generate(&Schema::parse(schema).unwrap(), &Plan { hot: Vec::new(), functions: Vec::new(), ..plan() });
    let types = types.unwrap().into_iter().nth(1).unwrap().text;
    let word =
        "bits(4, [self.a, self.b, self.c]) | bit(self.d, 8) | bit(self.e, 9) | bit(self.n.is_some(), 10)";
    assert!(types.contains(word), "{types}");
}

/// The fields behind the last hot one are asked for with one test of all their bits.
#[test]
fn rare_fields_are_checked_out_of_the_way() {
    let types = file("schema/types.rs");
    assert!(types.contains("if flags & 0x0000_0002 != 0 {"), "{types}");
    assert!(types.contains("#[inline(never)]\nfn check_rare("), "{types}");
}

#[test]
fn rare_fields_are_kept_and_written_out_of_the_way() {
    let types = file("schema/types.rs");
    for piece in [
        "pub rare: Option<Box<UserRare>>,",
        "pub struct UserRare {\n",
        "fn has_rare(&self) -> bool { self.rare.is_some() }",
        " + if self.has_rare() { self.rare_len() } else { 0 }",
        "if has_rare {\nself.encode_rare(out);\n}",
        "f.debug_struct(\"UserRare\").field(\"phone\", &Redacted)",
    ] {
        assert!(types.contains(piece), "{piece}\n{types}");
    }
    let user =
        types.split_once("pub struct User {").and_then(|(_, behind)| behind.split_once('}')).unwrap().0;
    assert!(!user.contains("note"), "{user}");
}

#[test]
fn a_type_inside_itself_is_boxed_and_lazy() {
    let types = file("schema/types/auth.rs");
    assert!(types.contains("pub left: Box<enums::auth::Tree>,"), "{types}");
    assert!(types.contains("pub left: Lazy<'a, enums::auth::TreeRef<'a>>,"));
    assert!(types.contains("pub type_: String,"));
    // the shortest tree is a leaf without text
    assert!(file("schema/enums/auth.rs").contains("Self::Leaf(types::auth::Leaf::default())"));
}

#[test]
fn replies() {
    assert!(file("schema/functions/auth.rs").contains("type Reply = Vec<types::User>;"));
    let functions = file("schema/functions.rs");
    assert!(functions.contains("impl<X: Function> Function for Wrap<X> {\ntype Reply = X::Reply;"));
}

/// Cold fields that borrow nothing, or of which there is but one.
#[test]
fn what_is_read_on_demand_has_no_more_than_it_needs() {
    let types = |text: &str| {
        let hot = vec![Hot { constructor: "user".into(), fields: vec!["id".into()] }];
        let plan = Plan { hot, functions: Vec::new(), ..plan() };
        generate(&Schema::parse(text).unwrap(), &plan).map(|files| files.into_iter().nth(1).unwrap().text)
    };
    let numbers = types("user flags:# id:string a:flags.0?int b:flags.1?int = User;").unwrap();
    assert!(numbers.contains("struct UserRest {\nb: Option<i32>,"), "{numbers}");
    let one = types("user flags:# id:string a:flags.0?string = User;").unwrap();
    assert!(one.contains("struct UserRest;") && !one.contains("fn rest("), "{one}");
    // what must be there may stand behind it, if it is hot
    let behind = types("user flags:# a:flags.0?string b:flags.0?string id:long = User;").unwrap();
    assert!(behind.contains("reader.field::<i64>(owner, \"id\")?;\nOk(Self {\n"), "{behind}");
    let error = types("a = A; user flags:# id:long a:flags.0?int = User;").unwrap_err().to_string();
    assert!(error.starts_with("1:8: user is made of numbers alone"), "{error}");
    // a hot type of plain constructors is read as any other
    let enums = Schema::parse("user id:int = User; userEmpty = User;").unwrap();
    let hot = vec![Hot { constructor: "user".into(), fields: vec!["id".into()] }];
    let files = generate(&enums, &Plan { hot, functions: Vec::new(), ..plan() }).unwrap();
    assert!(files[2].text.contains("Empty(types::UserEmpty),\n});"), "{}", files[2].text);
}
