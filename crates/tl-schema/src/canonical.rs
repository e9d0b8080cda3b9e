//! The project's own order and form of a schema: one text for one set of declarations.

use std::collections::BTreeMap;

use crate::ast::{Declaration, Name, Schema, Section};

impl Schema {
    /// The schema in canonical order and form: types before methods; namespaces in order, the empty one first; types
    /// by name, their constructors as they came; methods by name; one line for each declaration, ids with eight
    /// digits.
    ///
    /// ```
    /// use tl_schema::Schema;
    ///
    /// let schema = Schema::parse("---functions--- f#5=B; ---types--- b.c = b.C; b\n = // …\n B;")?;
    /// let text = schema.canonical();
    /// assert_eq!(
    ///     text,
    ///     "---types---\n\nb = B;\n\n// b.*\n\nb.c = b.C;\n\n---functions---\n\nf#00000005 = B;\n"
    /// );
    /// assert_eq!(Schema::parse(&text)?.canonical(), text);
    /// # Ok::<(), tl_schema::SchemaError>(())
    /// ```
    pub fn canonical(&self) -> String {
        let mut text = self.layer.map_or_else(String::new, |layer| format!("// LAYER {layer}\n\n"));
        text += "---types---\n";
        self.push_section(Section::Types, |found| &found.result.name, &mut text);
        text += "\n---functions---\n";
        self.push_section(Section::Functions, |found| &found.name, &mut text);
        text
    }

    /// The declarations of a section, grouped by a name; groups of constructors are parted by empty lines.
    fn push_section(&self, section: Section, key: fn(&Declaration) -> &Name, text: &mut String) {
        let mut groups: BTreeMap<&Name, Vec<&Declaration>> = BTreeMap::new();
        for found in self.declarations.iter().filter(|found| found.section == section) {
            groups.entry(key(found)).or_default().push(found);
        }
        let mut namespace = None;
        for (at, (name, group)) in groups.iter().enumerate() {
            if name.namespace != namespace {
                namespace.clone_from(&name.namespace);
                *text += &format!("\n// {}.*\n\n", name.namespace.as_deref().unwrap_or_default());
            } else if section == Section::Types || at == 0 {
                text.push('\n');
            }
            for found in group {
                *text += &format!("{found}\n");
            }
        }
    }
}
