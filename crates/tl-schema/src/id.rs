//! Constructor ids: the CRC32 of a declaration's normal form.

use core::fmt::Write as _;

use crate::ast::{Declaration, Field, FieldKind, Schema, Section, Type};
use crate::error::{SchemaError, SchemaErrorKind};

/// A declaration that is taken over although its id is not its CRC32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownException {
    /// The declaration.
    pub name: &'static str,
    /// The id that is declared.
    pub id: u32,
    /// What is known about it.
    pub reason: &'static str,
}

/// Every declaration of Telegram's schemas with such an id.
pub const KNOWN_EXCEPTIONS: [KnownException; 3] = [
    KnownException {
        name: "ipPortSecret",
        id: 0x3798_2646,
        reason: "grammers and tdlib both declare this id, though the CRC32 of the text is 402d9b47; undocumented",
    },
    KnownException {
        name: "accessPointRule",
        id: 0x4679_b65f,
        reason: "grammers and tdlib both declare this id, though the CRC32 of the text is 020634ce; undocumented",
    },
    KnownException {
        name: "help.configSimple",
        id: 0x5a59_2a6c,
        reason: "grammers and tdlib both declare this id, though the CRC32 of the text is 066d2808; undocumented",
    },
];

impl Declaration {
    /// The text whose CRC32 is the id: without the id, `true` fields and brackets, `bytes` as `string`.
    ///
    /// ```
    /// let schema = tl_schema::Schema::parse("msgs_ack#62d6b459 msg_ids:Vector<long> = MsgsAck;")?;
    /// assert_eq!(schema.declarations[0].normal_form(), "msgs_ack msg_ids:Vector long = MsgsAck");
    /// # Ok::<(), tl_schema::SchemaError>(())
    /// ```
    pub fn normal_form(&self) -> String {
        let mut text = self.name.to_string();
        for generic in &self.generics {
            push(&mut text, format_args!(" {}:{}", generic.name, generic.kind));
        }
        for field in self.fields.iter().filter(|field| !field.is_true()) {
            text.push(' ');
            push_field(&mut text, field);
        }
        text.push_str(" = ");
        push_type(&mut text, &self.result);
        text
    }

    /// The CRC32 of the [normal form](Self::normal_form).
    pub fn computed_id(&self) -> u32 {
        crc32fast::hash(self.normal_form().as_bytes())
    }

    /// The id that stands on the wire: the written one, or else the computed one.
    pub fn wire_id(&self) -> u32 {
        self.id.unwrap_or_else(|| self.computed_id())
    }
}

impl Field {
    /// Whether the field is `flags.N?true`: a bit and nothing more.
    pub fn is_true(&self) -> bool {
        matches!(&self.kind, FieldKind::Value { flag: Some(_), ty } if ty.name.is("true"))
    }
}

impl Schema {
    /// Holds every written id against the CRC32 of its declaration, and looks for names and ids that occur twice.
    ///
    /// # Errors
    /// [`SchemaErrorKind::IdMismatch`] unless the declaration is one of [`KNOWN_EXCEPTIONS`],
    /// [`SchemaErrorKind::DuplicateName`], [`SchemaErrorKind::DuplicateId`].
    pub fn check_ids(&self) -> Result<(), SchemaError> {
        let mut by_name = std::collections::HashMap::new();
        let mut by_id = std::collections::HashMap::new();
        for found in &self.declarations {
            let name = found.name.to_string();
            if let Some(first) =
                by_name.insert((found.section == Section::Types, name.clone()), found.position)
            {
                return Err(SchemaErrorKind::DuplicateName { name, first }.at(found.position));
            }
            let computed = found.computed_id();
            let declared = found.wire_id();
            let excepted = KNOWN_EXCEPTIONS.iter().any(|known| known.name == name && known.id == declared);
            if declared != computed && !excepted {
                return Err(SchemaErrorKind::IdMismatch { name, declared, computed }.at(found.position));
            }
            if let Some(other) = by_id.insert(declared, name.clone()) {
                return Err(SchemaErrorKind::DuplicateId { name, other, id: declared }.at(found.position));
            }
        }
        Ok(())
    }
}

fn push(text: &mut String, words: core::fmt::Arguments<'_>) {
    // writing into a String cannot fail
    let _ = text.write_fmt(words);
}

fn push_field(text: &mut String, field: &Field) {
    if let Some(name) = &field.name {
        push(text, format_args!("{name}:"));
    }
    match &field.kind {
        FieldKind::Value { flag, ty } => {
            if let Some(flag) = flag {
                push(text, format_args!("{}.{}?", flag.word, flag.bit));
            }
            // as a whole type only: `Vector<bytes>` keeps its name
            if ty.name.is("bytes") { text.push_str("string") } else { push_type(text, ty) }
        }
        kind @ (FieldKind::Word | FieldKind::Repetition { .. }) => push(text, format_args!("{kind}")),
    }
}

fn push_type(text: &mut String, ty: &Type) {
    let function = if ty.is_function { "!" } else { "" };
    let bare = if ty.is_bare { "%" } else { "" };
    push(text, format_args!("{function}{bare}{}", ty.name));
    for argument in &ty.arguments {
        text.push(' ');
        push_type(text, argument);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_examples_of_the_protocol() {
        let cases = [
            (0x62d6_b459, "msgs_ack msg_ids:Vector<long> = MsgsAck;"),
            (
                0xad25_3d78,
                "codeSettings flags:# allow_flashcall:flags.0?true current_number:flags.1?true \
                 logout_tokens:flags.6?Vector<bytes> token:flags.8?string app_sandbox:flags.8?Bool = CodeSettings;",
            ),
            (0xda9b_0d0d, "invokeWithLayer {X:Type} layer:int query:!X = X;"),
            (0x1cb5_c415, "vector {t:Type} # [ t ] = Vector t;"),
            (0x95ac_5ce4, "auth.importLoginToken token:bytes = auth.LoginToken;"),
            (0x73f1_f8dc, "msg_container messages:vector<message> = MessageContainer;"),
        ];
        for (id, text) in cases {
            let schema = Schema::parse(text).unwrap();
            assert_eq!(schema.declarations[0].computed_id(), id, "{text}");
            assert_eq!(schema.declarations[0].to_string(), text);
        }
    }

    #[test]
    fn an_id_that_does_not_fit_is_an_error_with_its_place() {
        let error =
            Schema::parse("// x\n  ping#7abe77ed ping_id:long = Pong;").unwrap().check_ids().unwrap_err();
        assert_eq!(
            error.to_string(),
            "2:3: ping is declared with id 7abe77ed, but its text has the id 7abe77ec"
        );
    }

    #[test]
    fn an_exception_holds_for_its_own_id_only() {
        let text = |id| format!("ipPortSecret#{id} ipv4:int port:int secret:bytes = IpPort;");
        assert_eq!(Schema::parse(&text("37982646")).unwrap().check_ids(), Ok(()));
        assert_eq!(Schema::parse(&text("402d9b47")).unwrap().check_ids(), Ok(()));
        assert!(Schema::parse(&text("37982647")).unwrap().check_ids().is_err());
    }

    #[test]
    fn nothing_is_declared_twice() {
        let twice = Schema::parse("a = A; a = A;").unwrap().check_ids().unwrap_err();
        assert_eq!(twice.to_string(), "1:8: a was declared at 1:1 already");
        // a method and a constructor may share a name
        assert_eq!(Schema::parse("a = A; ---functions--- a x:int = A;").unwrap().check_ids(), Ok(()));
    }
}
