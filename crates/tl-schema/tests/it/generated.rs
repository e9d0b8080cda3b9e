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
        "bit(self.self_, 0) | bit(self.phone.is_some(), 1) | bit(self.note.is_some(), 1)",
        "Shared(&self.note, is_set(flags, 1)).encode(out);",
        "pub fn self_(&self) -> bool { is_set(self.flags, 0) }",
        ".field(\"phone\", &Redacted)",
        "pub fn phone(&self) -> Option<Str<'a>> { self.rest().phone }",
        "const MIN_LEN: usize = 12;",
    ] {
        assert!(types.contains(piece), "{piece}\n{types}");
    }
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
