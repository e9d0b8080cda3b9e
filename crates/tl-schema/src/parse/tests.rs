use crate::ast::{FieldKind, Section};
use crate::parse::MAX_TYPE_DEPTH;
use crate::{Schema, SchemaErrorKind};

fn one(text: &str) -> crate::ast::Declaration {
    let mut schema = Schema::parse(text).unwrap();
    assert_eq!(schema.declarations.len(), 1);
    schema.declarations.remove(0)
}

#[test]
fn every_part_of_a_declaration() {
    let found = one("a.b#5 {X:Type} flags:# id:long n:flags.31?Vector<auth.Foo> q:!X bare:%Bar = Vector<X>;");
    assert_eq!((found.name.to_string(), found.id), ("a.b".into(), Some(5)));
    assert_eq!(found.generics[0].name, "X");
    assert_eq!(found.fields[0].kind, FieldKind::Word);
    let FieldKind::Value { flag: Some(flag), ty } = &found.fields[2].kind else { panic!() };
    assert_eq!((flag.word.as_str(), flag.bit), ("flags", 31));
    assert_eq!((ty.name.to_string(), ty.arguments[0].name.to_string()), ("Vector".into(), "auth.Foo".into()));
    let FieldKind::Value { ty, .. } = &found.fields[3].kind else { panic!() };
    assert!(ty.is_function);
    let FieldKind::Value { ty, .. } = &found.fields[4].kind else { panic!() };
    assert!(ty.is_bare);
    assert_eq!(found.result.arguments[0].name.to_string(), "X");
}

#[test]
fn the_built_in_forms() {
    let schema = Schema::parse(
        "int ? = Int; vector {t:Type} # [ t ] = Vector t; int128 4*[ int ] = Int128; x y:(vector int) = X;",
    )
    .unwrap();
    assert!(schema.declarations[0].is_builtin);
    let vector = &schema.declarations[1];
    assert_eq!(vector.fields[0].kind, FieldKind::Word);
    assert!(
        matches!(&vector.fields[1].kind, FieldKind::Repetition { count: None, fields } if fields.len() == 1)
    );
    assert_eq!(vector.result.arguments[0].name.to_string(), "t");
    assert!(matches!(&schema.declarations[2].fields[0].kind, FieldKind::Repetition { count: Some(4), .. }));
    let FieldKind::Value { ty, .. } = &schema.declarations[3].fields[0].kind else { panic!() };
    assert_eq!(ty.arguments.len(), 1);
}

#[test]
fn a_byte_order_mark_opens_a_text() {
    let marked = Schema::parse("\u{feff}a = A;").unwrap();
    assert_eq!(marked, Schema::parse("a = A;").unwrap());
    assert_eq!(marked.declarations[0].position.to_string(), "1:1");
}

#[test]
fn comments_sections_and_the_layer() {
    let schema = Schema::parse(
        "// LAYER 230\r\na = A; // b\n/* c\n= ; */ b = A;\n---functions---\nc = A;\n---types---\nd = A;",
    )
    .unwrap();
    assert_eq!(schema.layer, Some(230));
    let sections: Vec<_> = schema.declarations.iter().map(|found| found.section).collect();
    assert_eq!(sections, [Section::Types, Section::Types, Section::Functions, Section::Types]);
    assert_eq!(schema.declarations[1].position.to_string(), "4:8");
}

#[test]
fn faults_have_a_place() {
    let cases = [
        ("a = !A;", "1:5: the type of a result expected, `!A;` found"),
        ("a = (%A);", "1:5: the type of a result expected, `(%A);` found"),
        ("a = A", "1:6: `;` expected, the end of the text found"),
        ("a = A;\n\n  b#xyz = A;", "3:5: one to eight hexadecimal digits expected, `xyz = A;` found"),
        ("a x:flags.32?int = A;", "1:11: a bit from 0 to 31 expected, `32?int = A;` found"),
        ("a x:1234567890123456789012345;", "1:5: a type expected, `12345678901234567890` found"),
        ("a x = A;", "1:5: `:` expected, `= A;` found"),
        ("a x:Vector<int = A;", "1:16: `>` expected, `= A;` found"),
        ("a x: = A;", "1:6: a type expected, `= A;` found"),
        ("a#123456789 = A;", "1:3: one to eight hexadecimal digits expected, `123456789 = A;` found"),
        ("---methods---", "1:1: `---types---` or `---functions---` expected, `---methods---` found"),
        ("a = A; /* …", "1:10: `*/`, the end of the comment expected, ` …` found"),
        ("\u{feff}\u{feff}a = A;", "1:1: a declaration expected, U+FEFF, a byte order mark found"),
        ("a = A;\n\u{feff}b = B;", "2:1: a declaration expected, U+FEFF, a byte order mark found"),
        ("é = A;", "1:1: a declaration expected, `é = A;` found"),
        ("a é:int = A;", "1:3: a field, or `=` and the result expected, `é:int = A;` found"),
    ];
    for (text, message) in cases {
        let error = Schema::parse(text).unwrap_err();
        assert!(matches!(error.kind, SchemaErrorKind::Syntax { .. }));
        assert_eq!(error.to_string(), message, "{text}");
    }
}

/// In each way to write them, and behind them the parser never goes on: a million would be the end of the stack.
#[test]
fn types_stand_inside_each_other_up_to_a_limit() {
    let forms: [fn(usize) -> String; 3] = [
        |depth| format!("a x:{}int{} = A;", "v<".repeat(depth - 1), ">".repeat(depth - 1)),
        |depth| format!("a x:{}int{} = A;", "(".repeat(depth - 1), ")".repeat(depth - 1)),
        |depth| format!("a = {}A{};", "v<".repeat(depth - 1), ">".repeat(depth - 1)),
    ];
    for text in forms {
        assert!(Schema::parse(&text(MAX_TYPE_DEPTH)).is_ok());
        for depth in [MAX_TYPE_DEPTH + 1, 1_000_000] {
            let error = Schema::parse(&text(depth)).unwrap_err().to_string();
            assert!(error.contains(": fewer types inside each other expected, `"), "{error}");
        }
    }
}

#[test]
fn the_readme_states_the_limit() {
    let row = format!("| types inside each other | {MAX_TYPE_DEPTH} |");
    assert!(include_str!("../../README.md").contains(&row), "{row}");
}

#[test]
fn no_cut_of_a_file_is_a_panic() {
    let text = "// LAYER 1\nvector#1cb5c415 {t:Type} # [ t ] = Vector t;\n---functions---\nй.é flags:# x:flags.1?Vector<!X> = X;";
    for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        let _ = Schema::parse(&text[..cut]);
        let _ = Schema::parse(&text[cut..]);
    }
}
