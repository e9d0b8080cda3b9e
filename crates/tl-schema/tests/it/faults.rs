//! What the generator refuses, with the place in the schema.

use tl_schema::{Hot, Plan, Schema, generate};

fn plan() -> Plan {
    Plan {
        root: "crate::schema".into(),
        functions: vec!["*".into()],
        constructors: vec!["*".into()],
        ..Plan::default()
    }
}

#[test]
fn what_has_no_generated_form_is_refused_with_its_place() {
    const REST: &str = "\n---functions--- f = A;";
    let cases = [
        ("a = A; opaque x:int = Opaque; b\n  y:Opaque = B;", "2:3: b.y holds Opaque, which stays opaque"),
        ("a = A; opaque x:int = Opaque; b y:Vector<Opaque> = B;", "1:33: b.y holds Opaque"),
        ("a = A; b y:Object z:int = B;", "1:10: b.y holds any object"),
        ("a = A; b flags:# y:flags.0?Object = B;", "1:18: b.y holds any object"),
        ("a = A; b y:Object = B; c z:B = C;", "1:26: c.z holds b"),
        ("a = A; b y:a = B;", "1:10: b: y:a is not supported"),
        ("a = A; b y:Vector<a> = B;", "1:10: b: y:Vector<a> is not supported"),
        ("a = A; b y:Vector<Vector<int>> = B;", "1:10: b: y:Vector<Vector<int>> is not supported"),
        ("a = A; b y:true = B;", "1:10: b: y:true is not supported"),
        ("a = A; fooBar = B; foo_bar = B;", "1:20: foo_bar and fooBar have the same Rust name FooBar"),
        ("a = A; fooRef = B; foo = B;", "1:20: foo and fooRef have the same Rust name FooRef"),
        ("a = A; b g_A:int g_a:int = B;", "1:18: b.g_a and b.g_A have the same Rust name g_a"),
        ("a = A; hot flags:# id:long x:int = B;", "1:28: hot.x is mandatory"),
    ];
    for (text, message) in cases {
        let schema = Schema::parse(&(text.to_owned() + REST)).unwrap();
        let mut plan = plan();
        if text.contains("Opaque") {
            plan.opaque = vec!["Opaque".into()];
        }
        if text.contains("hot") {
            plan.hot = vec![Hot { constructor: "hot".into(), fields: vec!["id".into()] }];
        }
        let error = generate(&schema, &plan).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text}\n{error}");
    }
}

#[test]
fn a_query_must_stand_last() {
    let schema = Schema::parse("a = A;---functions--- f {X:Type} query:!X layer:int = X;").unwrap();
    let error = generate(&schema, &plan()).unwrap_err().to_string();
    assert!(error.starts_with("1:34: f.query holds any object"), "{error}");
}

#[test]
fn a_wrong_id_stops_the_generator() {
    let schema = Schema::parse("a#00000001 = A;---functions--- f = A;").unwrap();
    assert!(generate(&schema, &plan()).unwrap_err().to_string().starts_with("1:1: a is declared with id"));
}
