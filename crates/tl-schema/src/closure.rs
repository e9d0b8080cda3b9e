//! What a plan's roots reach.

use std::collections::BTreeSet;

use crate::ast::{Declaration, Field, FieldKind, Name, Position, Section};
use crate::error::{SchemaError, SchemaErrorKind};
use crate::index::{Index, Wire};
use crate::plan::{Plan, selects};

/// The declarations to generate, in the order of the file.
#[derive(Debug, Clone)]
pub struct Closure<'s> {
    /// Constructors.
    pub constructors: Vec<&'s Declaration>,
    /// Methods.
    pub functions: Vec<&'s Declaration>,
    /// Boxed types all of whose constructors are there.
    pub types: BTreeSet<&'s Name>,
}

impl<'s> Closure<'s> {
    /// Follows the plan's roots.
    ///
    /// # Errors
    /// [`SchemaErrorKind::NotInSchema`] for a root that selects nothing, [`SchemaErrorKind::OpaqueInside`] where an
    /// opaque type would stand inside an object.
    pub fn new(index: &Index<'s>, plan: &Plan) -> Result<Self, SchemaError> {
        check_plan(index, plan)?;
        let mut walk =
            Walk { index, plan, constructors: BTreeSet::new(), types: BTreeSet::new(), open: Vec::new() };
        let functions = walk.roots(Section::Functions, &plan.functions)?;
        let alone = walk.roots(Section::Types, &plan.constructors)?;
        for found in &functions {
            walk.fields(found)?;
            walk.result(found)?;
        }
        for found in alone {
            walk.constructor(found);
        }
        while let Some(found) = walk.open.pop() {
            walk.fields(found)?;
        }
        let mut types = walk.types;
        types.extend(
            walk.constructors
                .iter()
                .filter_map(|name| index.constructor(name))
                .map(|found| &found.result.name)
                .filter(|ty| {
                    index.constructors_of(ty).iter().all(|one| walk.constructors.contains(&one.name))
                }),
        );
        Ok(Self {
            constructors: index
                .declarations()
                .filter(|found| found.section == Section::Types && walk.constructors.contains(&found.name))
                .collect(),
            functions,
            types,
        })
    }
}

struct Walk<'w, 's> {
    index: &'w Index<'s>,
    plan: &'w Plan,
    constructors: BTreeSet<&'s Name>,
    types: BTreeSet<&'s Name>,
    /// Constructors whose fields have not been followed: a chain of types may be longer than the stack is deep.
    open: Vec<&'s Declaration>,
}

impl<'s> Walk<'_, 's> {
    fn roots(&self, section: Section, patterns: &[String]) -> Result<Vec<&'s Declaration>, SchemaError> {
        let candidates = || self.index.declarations().filter(|found| found.section == section);
        for pattern in patterns {
            if !candidates().any(|found| selects(pattern, &found.name.to_string())) {
                return Err(not_in_schema(pattern));
            }
        }
        let selected = |list: &[String], found: &Declaration| {
            let name = found.name.to_string();
            list.iter().any(|pattern| selects(pattern, &name))
        };
        Ok(candidates()
            .filter(|found| selected(patterns, found) && !selected(&self.plan.leave_out, found))
            .collect())
    }

    fn is_opaque(&self, ty: &Name) -> bool {
        self.plan.opaque.contains(&ty.to_string())
    }

    fn constructor(&mut self, found: &'s Declaration) {
        if self.constructors.insert(&found.name) {
            self.open.push(found);
        }
    }

    fn fields(&mut self, owner: &'s Declaration) -> Result<(), SchemaError> {
        for field in &owner.fields {
            if let FieldKind::Value { ty, .. } = &field.kind {
                let wire = self.index.wire(owner, ty)?;
                self.reach(owner, field, &wire)?;
            }
        }
        Ok(())
    }

    fn reach(&mut self, owner: &'s Declaration, field: &Field, wire: &Wire<'s>) -> Result<(), SchemaError> {
        if let Wire::Vector { item, .. } = wire {
            return self.reach(owner, field, item);
        }
        if let Wire::Bare(found) = wire {
            self.constructor(found);
            return Ok(());
        }
        let Wire::Boxed(ty) = wire else {
            return Ok(());
        };
        if self.is_opaque(ty) {
            let kind = SchemaErrorKind::OpaqueInside {
                owner: owner.name.to_string(),
                field: field.name.clone().unwrap_or_default(),
                ty: ty.to_string(),
            };
            return Err(kind.at(field.position));
        }
        self.whole_type(ty);
        Ok(())
    }

    fn whole_type(&mut self, ty: &'s Name) {
        if self.types.insert(ty) {
            for found in self.index.constructors_of(ty) {
                self.constructor(found);
            }
        }
    }

    fn result(&mut self, function: &'s Declaration) -> Result<(), SchemaError> {
        let wire = self.index.wire(function, &function.result)?;
        if matches!(&wire, Wire::Boxed(ty) if self.is_opaque(ty)) {
            return Ok(());
        }
        let field = Field {
            position: function.result.position,
            name: Some("the result".to_owned()),
            kind: FieldKind::Word,
        };
        self.reach(function, &field, &wire)
    }
}

/// Looks for names in the plan that mean nothing: they would be passed over in silence.
fn check_plan(index: &Index<'_>, plan: &Plan) -> Result<(), SchemaError> {
    let has_type = |name: &&String| index.declarations().any(|found| found.result.name.to_string() == **name);
    if let Some(name) = plan.opaque.iter().find(|name| !has_type(name)) {
        return Err(not_in_schema(name));
    }
    for pattern in &plan.leave_out {
        if !index.declarations().any(|found| selects(pattern, &found.name.to_string())) {
            return Err(not_in_schema(pattern));
        }
    }
    for hot in &plan.hot {
        let found = index.declarations().find(|found| found.name.to_string() == hot.constructor);
        let found = found.ok_or_else(|| not_in_schema(&hot.constructor))?;
        let has_field = |name: &str| found.fields.iter().any(|field| field.name.as_deref() == Some(name));
        if let Some(name) = hot.fields.iter().find(|name| !has_field(name)) {
            return Err(not_in_schema(&format!("{}.{name}", hot.constructor)));
        }
    }
    Ok(())
}

fn not_in_schema(name: &str) -> SchemaError {
    SchemaErrorKind::NotInSchema { name: name.to_owned() }.at(Position { line: 1, column: 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Schema;

    const TEXT: &str = "
        a x:B = A; b1 = B; b2 y:flags = B; c v:Vector<D> = C; d = D; u z:A = U; inside w:U = I;
        ---functions---
        f x:C = Vector<A>; g = U; h x:I = A;";

    fn plan(functions: &[&str]) -> Plan {
        Plan {
            functions: functions.iter().map(|&name| name.to_owned()).collect(),
            opaque: vec!["U".to_owned()],
            ..Plan::default()
        }
    }

    fn names(functions: &[&str]) -> Result<Vec<String>, SchemaError> {
        let schema = Schema::parse(&TEXT.replace("y:flags", "y:int")).unwrap();
        let index = Index::new(&schema)?;
        let closure = Closure::new(&index, &plan(functions))?;
        Ok(closure.constructors.iter().map(|found| found.name.to_string()).collect())
    }

    #[test]
    fn everything_that_is_reached_and_nothing_else() {
        assert_eq!(names(&["f"]).unwrap(), ["a", "b1", "b2", "c", "d"]);
        assert_eq!(names(&["g"]).unwrap(), [""; 0]);
    }

    #[test]
    fn a_chain_of_types_may_be_long() {
        let link = |n: u32| format!("a{n} x:A{} = A{n};\n", n + 1);
        let text = (0..20_000).map(link).collect::<String>() + "a20000 = A20000;";
        let schema = Schema::parse(&text).unwrap();
        let plan = Plan { constructors: vec!["a0".to_owned()], ..Plan::default() };
        let closure = Closure::new(&Index::new(&schema).unwrap(), &plan).unwrap();
        assert_eq!(closure.constructors.len(), 20_001);
    }

    #[test]
    fn an_opaque_type_inside_an_object_has_a_place() {
        let error = names(&["h"]).unwrap_err().to_string();
        assert!(error.starts_with("2:86: inside.w holds U, which stays opaque"), "{error}");
    }

    #[test]
    fn names_of_the_plan_must_mean_something() {
        let hot = |field: &str| crate::plan::Hot { constructor: "u".into(), fields: vec![field.into()] };
        let cases = [
            (Plan { opaque: vec!["V".into()], ..Plan::default() }, "V"),
            (Plan { leave_out: vec!["v.*".into()], ..Plan::default() }, "v.*"),
            (Plan { hot: vec![hot("nope")], ..Plan::default() }, "u.nope"),
        ];
        let schema = Schema::parse(&TEXT.replace("y:flags", "y:int")).unwrap();
        let index = Index::new(&schema).unwrap();
        for (plan, name) in cases {
            let kind = Closure::new(&index, &plan).unwrap_err().kind;
            assert_eq!(kind, SchemaErrorKind::NotInSchema { name: name.into() });
        }
    }

    #[test]
    fn a_root_that_selects_nothing_is_an_error() {
        assert!(names(&["f", "nope.*"]).unwrap_err().to_string().contains("nope.*"));
    }
}
