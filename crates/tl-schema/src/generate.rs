//! Rust text from a schema.
//!
//! The text is complete and correct, but not laid out: the caller runs it through rustfmt. It depends on the schema
//! and the plan alone.

mod combinator;
mod debug;
mod decode;
mod encode;
mod enums;
mod file;
mod list;
mod rare;
mod ty;

use crate::ast::Schema;
use crate::error::SchemaError;
use crate::index::Index;
use crate::model::Model;
use crate::plan::Plan;

/// A file of generated code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its path below the folder that holds the module's file, like `schema.rs` or `schema/types/auth.rs`.
    pub path: String,
    /// Its text, not yet laid out.
    pub text: String,
}

/// Generates the types of `schema` that `plan` asks for.
///
/// The module `plan.root` has three submodules: `types` (a struct for each constructor), `enums` (an enum for each
/// type with several constructors) and `functions` (a struct for each method); each has a file for each namespace.
///
/// ```
/// use tl_schema::{Plan, Schema, generate};
///
/// let schema = Schema::parse("pong#347773c5 msg_id:long ping_id:long = Pong;")?;
/// let plan = Plan { root: "crate::schema".into(), constructors: vec!["pong".into()], ..Plan::default() };
/// let files = generate(&schema, &plan)?;
/// assert_eq!(files[1].path, "schema/types.rs");
/// assert!(files[1].text.contains("pub struct Pong"));
/// # Ok::<(), tl_schema::SchemaError>(())
/// ```
///
/// # Errors
/// What [`Index::new`] and [`Closure::new`](crate::Closure::new) return, and the forms that generated code cannot
/// have ([`SchemaErrorKind`](crate::SchemaErrorKind)), each with its place in the schema.
pub fn generate(schema: &Schema, plan: &Plan) -> Result<Vec<GeneratedFile>, SchemaError> {
    let index = Index::new(schema)?;
    let model = Model::new(&index, plan)?;
    Ok(file::files(&model))
}

/// Lists every generated type with its fields or variants, for tests that hold for all of them.
///
/// The file has two macro calls, `structs!` and `enums!`, which the test that includes it defines; `module` is the
/// path by which that test reaches the generated module.
///
/// # Errors
/// As [`generate`].
pub fn generate_list(schema: &Schema, plan: &Plan, module: &str) -> Result<String, SchemaError> {
    let index = Index::new(schema)?;
    let model = Model::new(&index, plan)?;
    Ok(list::list(&model, module))
}
