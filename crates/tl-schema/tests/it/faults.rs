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
        (
            "a = A; hot flags:# id:long x:flags.0?string flags2:# = B;",
            "1:45: hot.flags2 is a word of flags behind fields",
        ),
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

/// Everything of a schema, as `cargo xtask codegen --schema` plans it.
fn refusal(text: &str) -> String {
    let schema = Schema::parse(text).unwrap();
    let functions = if text.contains("---functions---") { vec!["*".into()] } else { Vec::new() };
    generate(&schema, &Plan { functions, ..plan() })
        .map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
}

#[test]
fn two_names_that_are_one_in_rust_are_refused_with_their_place() {
    let cases = [
        (
            "authA.x a:int = X; auth_a.y b:int = Y;",
            "1:20: auth_a.* and authA.* have the same Rust name auth_a",
        ),
        (
            "a = FooBar; b = FooBar; c = Foo_bar; d = Foo_bar;",
            "1:29: Foo_bar and FooBar have the same Rust name FooBar",
        ),
        ("a = Foo; b = Foo; c = FooRef; d = FooRef;", "1:23: FooRef and Foo have the same Rust name FooRef"),
        ("a.foo = Foo; b.foo = Foo;", "1:14: b.foo and a.foo have the same Rust name Foo"),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(text), message, "{text}");
    }
    // one in another module is another name
    assert_eq!(refusal("authA.x = X; ---functions--- auth_a.x = X; x = X;"), "accepted");
}

#[test]
fn names_that_generated_code_needs_itself_are_refused_with_their_place() {
    let items = [
        "bare", "box", "default", "encode", "err", "from", "function", "int_256", "lazy", "none", "ok",
        "option", "rawBytes", "reader", "result", "self", "shared", "some", "str", "vec", "vecRef",
    ];
    for item in items {
        let text = format!("a = A;\n{item} x:int = Foo;");
        let rust = refusal(&text);
        assert!(
            rust.starts_with("2:") && rust.ends_with("which generated code needs for something else"),
            "{rust}"
        );
    }
    let cases = [
        ("a = A; ---functions--- result = A;", "1:24: result would have the Rust name Result"),
        ("a = Result; b = Result;", "1:5: Result would have the Rust name Result"),
        ("a = A; core.b = B;", "1:8: core.* would have the Rust name core"),
        ("a = A; types.b = B;", "1:8: types.* would have the Rust name types"),
        ("a flags:# encode:flags.0?true = A;", "1:11: a.encode would have the Rust name encode"),
        ("a encode:# x:encode.0?int = A;", "1:3: a.encode would have the Rust name encode"),
        ("a default:# x:default.0?int = A;", "1:3: a.default would have the Rust name default"),
        ("a reader:int flags:# x:flags.0?int = A;", "1:3: a.reader would have the Rust name reader"),
        ("a is_set:# x:is_set.0?int = A;", "1:3: a.is_set would have the Rust name is_set"),
        ("hot flags:# id:string rest:flags.0?int = A;", "1:23: hot.rest would have the Rust name rest"),
        ("a = A; ---functions--- x {X:Type} q:!X = X;", "1:24: x would have the Rust name X"),
    ];
    for (text, message) in cases {
        let hot = vec![Hot { constructor: "hot".into(), fields: vec!["id".into()] }];
        let functions = if text.contains("---functions---") { vec!["*".into()] } else { Vec::new() };
        let plan = Plan { hot: if text.contains("hot") { hot } else { Vec::new() }, functions, ..plan() };
        let error = generate(&Schema::parse(text).unwrap(), &plan).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text}\n{error}");
    }
}

#[test]
fn names_that_rust_cannot_write_are_refused_with_their_place() {
    let cases = [
        ("a _:int = A;", "1:3: a._ gives no Rust name: `` is none"),
        ("a _1:int = A;", "1:3: a._1 gives no Rust name: `1` is none"),
        ("_ x:int = A;", "1:1: _ gives no Rust name: `` is none"),
        ("_1 x:int = A;", "1:1: _1 gives no Rust name: `1` is none"),
        ("_1.a x:int = A;", "1:1: _1.* gives no Rust name: `1` is none"),
        ("a x:int = _.A; b = _.A;", "1:11: _.* gives no Rust name: `` is none"),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(text), message, "{text}");
    }
}

#[test]
fn a_type_without_a_finite_value_is_refused_with_its_place() {
    let cases = [
        ("a x:A = A;", "1:1: a has no value"),
        ("leaf = T; b = B; a x:C = A; c y:A = C;", "1:18: a has no value"),
        ("a = A; ---functions--- f x:int y:B = A; ---types--- b x:B = B;", "1:53: b has no value"),
    ];
    for (text, message) in cases {
        assert!(refusal(text).starts_with(message), "{text}\n{}", refusal(text));
    }
    // each type holds the next one twice: finite, and longer than anything that can be sent
    let chain: Vec<_> = (0..40).map(|n| format!("a{n} x:A{0} y:A{0} = A{n};", n + 1)).collect();
    assert!(refusal(&(chain.join("\n") + "a40 = A40;")).starts_with("1:1: a0 has no value"));
    for text in ["t l:T r:T = T; leaf = T;", "a flags:# x:flags.0?A = A;", "a x:Vector<A> = A;"] {
        assert_eq!(refusal(text), "accepted", "{text}");
    }
}

#[test]
fn results_without_a_form_are_refused_with_their_place() {
    for result in [
        "bytes",
        "int128",
        "int256",
        "true",
        "a",
        "vector<int>",
        "Vector<bytes>",
        "Vector<int128>",
        "Vector<Object>",
        "Vector<true>",
        "Vector<a>",
        "Vector<%A>",
        "Vector<Vector<int>>",
    ] {
        let text = format!("a = A;---functions---\nf =  {result};");
        assert_eq!(refusal(&text), format!("2:6: f: the result {result} is not supported"));
    }
    let inside = refusal("a x:Object = A;---functions--- f = Vector<A>;");
    assert!(inside.starts_with("1:36: f.the result holds a, which stays opaque"), "{inside}");
}
