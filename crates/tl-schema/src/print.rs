//! Declarations as text: one line each, ids with eight digits.

use core::fmt;

use crate::ast::{Declaration, Field, FieldKind, Type};

impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(id) = self.id {
            write!(f, "#{id:08x}")?;
        }
        if self.is_builtin {
            f.write_str(" ?")?;
        }
        for generic in &self.generics {
            write!(f, " {{{}:{}}}", generic.name, generic.kind)?;
        }
        for field in &self.fields {
            write!(f, " {field}")?;
        }
        f.write_str(" = ")?;
        // the only result in words is `Vector t`, of the declaration of vectors itself
        match (self.generics.as_slice(), self.result.arguments.as_slice()) {
            ([_, ..], [argument]) if argument.name.is_lower() => {
                write!(f, "{} {argument};", self.result.name)
            }
            _ => write!(f, "{};", self.result),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}:")?;
        }
        write!(f, "{}", self.kind)
    }
}

impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word => f.write_str("#"),
            Self::Value { flag: None, ty } => write!(f, "{ty}"),
            Self::Value { flag: Some(flag), ty } => write!(f, "{}.{}?{ty}", flag.word, flag.bit),
            Self::Repetition { count, fields } => {
                if let Some(count) = count {
                    write!(f, "{count}*")?;
                }
                f.write_str("[")?;
                for field in fields {
                    write!(f, " {field}")?;
                }
                f.write_str(" ]")
            }
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = if self.is_function { "!" } else { "" };
        let bare = if self.is_bare { "%" } else { "" };
        write!(f, "{function}{bare}{}", self.name)?;
        if let Some((first, others)) = self.arguments.split_first() {
            write!(f, "<{first}")?;
            for argument in others {
                write!(f, ", {argument}")?;
            }
            f.write_str(">")?;
        }
        Ok(())
    }
}
