//! What to generate from a schema.

/// What to generate from a schema, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields, default))]
pub struct Plan {
    /// The module that the files make up, like `crate::schema`.
    pub root: String,
    /// The documentation of that module, a line each.
    pub docs: Vec<String>,
    /// Comment lines that open every file.
    pub header: Vec<String>,
    /// Methods, with everything that they reach: names, `contacts.*` or `*`.
    pub functions: Vec<String>,
    /// Constructors on their own, with what their fields reach: names, `updates.*` or `*`.
    pub constructors: Vec<String>,
    /// What the patterns before must not select: forms that are written by hand.
    pub leave_out: Vec<String>,
    /// Types that stay opaque where they are the whole result of a method.
    pub opaque: Vec<String>,
    /// For constructors that stand in long vectors: the fields that are decoded at once; the others are read on demand.
    pub hot: Vec<Hot>,
    /// Fields that have no `Debug` output, by name.
    pub secret: Vec<String>,
    /// Whether all text and bytes are secret too: for a schema with more fields than anybody reviews.
    pub secret_text: bool,
    /// Whether the constructors without a namespace go to several files, by the first word of their type.
    pub split: bool,
    /// Lints that the generated module is expected to raise, each with its reason.
    pub expected_lints: Vec<ExpectedLint>,
}

/// A constructor with hot and cold fields. The owned form keeps the cold ones behind the last hot one in a box, which few
/// values have, so that a vector of thousands is not made of gaps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields, default))]
pub struct Hot {
    /// The constructor.
    pub constructor: String,
    /// Its hot fields; all mandatory ones must be among them.
    pub fields: Vec<String>,
}

/// A lint that generated code raises on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields, default))]
pub struct ExpectedLint {
    /// The submodule: `types`, `enums` or `functions`.
    pub module: String,
    /// The lint.
    pub lint: String,
    /// Why it does not apply.
    pub reason: String,
}

/// Whether `pattern` (a name, `namespace.*` or `*`) selects `name`.
pub(crate) fn selects(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}
