//! One column of a batch, cell by cell: as plain text, or as JSON.

use std::fmt::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, BooleanArray, ListArray, PrimitiveArray, StringArray, StructArray};
use arrow_schema::{ArrowError, DataType, TimeUnit};

/// A column with its type found out once, not once a cell.
pub(crate) enum Cells<'a> {
    Text(&'a StringArray),
    /// A dictionary's keys, and the words that they stand for.
    Word(&'a PrimitiveArray<Int32Type>, &'a StringArray),
    Int32(&'a PrimitiveArray<Int32Type>),
    Int64(&'a PrimitiveArray<Int64Type>),
    Double(&'a PrimitiveArray<Float64Type>),
    Bool(&'a BooleanArray),
    Time(&'a PrimitiveArray<TimestampMicrosecondType>),
    List(&'a ListArray),
}

impl<'a> Cells<'a> {
    /// # Errors
    /// [`ArrowError::NotYetImplemented`] for a type that no column of ours has.
    pub(crate) fn of(column: &'a ArrayRef) -> Result<Self, ArrowError> {
        let cells = match column.data_type() {
            DataType::Utf8 => column.as_string_opt().map(Self::Text),
            DataType::Int32 => column.as_primitive_opt().map(Self::Int32),
            DataType::Int64 => column.as_primitive_opt().map(Self::Int64),
            DataType::Float64 => column.as_primitive_opt().map(Self::Double),
            DataType::Boolean => column.as_boolean_opt().map(Self::Bool),
            DataType::Timestamp(TimeUnit::Microsecond, _) => column.as_primitive_opt().map(Self::Time),
            DataType::List(item) if is_flat_struct(item.data_type()) => column.as_list_opt().map(Self::List),
            DataType::Dictionary(_, _) => column.as_dictionary_opt::<Int32Type>().and_then(|dictionary| {
                let words = dictionary.values().as_string_opt()?;
                Some(Self::Word(dictionary.keys(), words))
            }),
            _ => None,
        };
        let unknown = || ArrowError::NotYetImplemented(format!("{} as text", column.data_type()));
        cells.ok_or_else(unknown)
    }

    /// The text of the cell in this row; `buffer` is empty and may be used to hold it. Null is the empty text.
    pub(crate) fn text<'b>(&'b self, row: usize, buffer: &'b mut String) -> &'b str {
        if self.array().is_null(row) {
            return "";
        }
        match self {
            Self::Text(texts) => return texts.value(row),
            Self::Word(keys, words) => {
                return usize::try_from(keys.value(row)).map(|key| words.value(key)).unwrap_or_default();
            }
            Self::Bool(bools) => return if bools.value(row) { "true" } else { "false" },
            Self::Int32(numbers) => push(buffer, numbers.value(row)),
            Self::Int64(numbers) => push(buffer, numbers.value(row)),
            Self::Double(numbers) => push(buffer, numbers.value(row)),
            Self::Time(times) => push_time(buffer, times.value(row)),
            Self::List(lists) => push_json(buffer, &lists.value(row)),
        }
        buffer
    }

    /// Adds the cell in this row as JSON. Null is `null`, so unlike in plain text it is not the empty text.
    pub(crate) fn push_json(&self, row: usize, to: &mut String) {
        if self.array().is_null(row) {
            to.push_str("null");
            return;
        }
        match self {
            Self::Text(texts) => push_json_text(to, texts.value(row)),
            Self::Word(..) => push_json_text(to, self.text(row, &mut String::new())),
            Self::Bool(bools) => push(to, bools.value(row)),
            Self::Int32(numbers) => push(to, numbers.value(row)),
            Self::Int64(numbers) => push(to, numbers.value(row)),
            // JSON has no number that is not finite (RFC 8259, section 6)
            Self::Double(numbers) if !numbers.value(row).is_finite() => to.push_str("null"),
            Self::Double(numbers) => push(to, numbers.value(row)),
            Self::Time(times) => {
                to.push('"');
                push_time(to, times.value(row));
                to.push('"');
            }
            Self::List(lists) => push_json(to, &lists.value(row)),
        }
    }

    /// Whether it holds texts of other people, and not numbers or words of ours.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    fn array(&self) -> &dyn Array {
        match self {
            Self::Text(array) => *array,
            Self::Word(array, _) | Self::Int32(array) => *array,
            Self::Int64(array) => *array,
            Self::Double(array) => *array,
            Self::Bool(array) => *array,
            Self::Time(array) => *array,
            Self::List(array) => *array,
        }
    }
}

/// Whether [`push_object`] can write such an item.
fn is_flat_struct(kind: &DataType) -> bool {
    let DataType::Struct(members) = kind else { return false };
    members.iter().all(|member| matches!(member.data_type(), DataType::Utf8 | DataType::Boolean))
}

fn push(buffer: &mut String, value: impl std::fmt::Display) {
    // writing to a String cannot fail
    write!(buffer, "{value}").unwrap_or_default();
}

/// Adds a text as a JSON string (RFC 8259, section 7).
pub(crate) fn push_json_text(to: &mut String, text: &str) {
    to.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        to.push_str(text.get(plain..at).unwrap_or_default());
        to.push_str(escape);
        if escape.is_empty() {
            push(to, format_args!("\\u{byte:04x}"));
        }
        plain = at + 1;
    }
    to.push_str(text.get(plain..).unwrap_or_default());
    to.push('"');
}

fn push_time(buffer: &mut String, micros: i64) {
    // every 32-bit time of the protocol is far inside of what a timestamp can say
    if let Ok(time) = jiff::Timestamp::from_microsecond(micros) {
        push(buffer, time);
    }
}

/// A list of structs as a JSON array of objects, keys in the order of the schema.
fn push_json(buffer: &mut String, items: &ArrayRef) {
    buffer.push('[');
    if let Some(structs) = items.as_struct_opt() {
        for row in 0..structs.len() {
            buffer.push_str(if row == 0 { "{" } else { ",{" });
            push_object(buffer, structs, row);
            buffer.push('}');
        }
    }
    buffer.push(']');
}

fn push_object(buffer: &mut String, structs: &StructArray, row: usize) {
    for (position, (field, column)) in structs.fields().iter().zip(structs.columns()).enumerate() {
        if position > 0 {
            buffer.push(',');
        }
        push_json_text(buffer, field.name());
        buffer.push(':');
        if column.is_null(row) {
            buffer.push_str("null");
        } else if let Some(texts) = column.as_string_opt::<i32>() {
            push_json_text(buffer, texts.value(row));
        } else if let Some(bools) = column.as_boolean_opt() {
            push(buffer, bools.value(row));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_json_string_is_what_serde_json_reads_back(text in any::<String>()) {
            let mut json = String::new();
            push_json_text(&mut json, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn every_control_character_is_escaped() {
        let controls: String = (0..0x20).map(char::from).collect();
        let mut json = String::new();
        push_json_text(&mut json, &controls);
        assert!(json.bytes().all(|byte| byte >= 0x20), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), controls);
    }
}
