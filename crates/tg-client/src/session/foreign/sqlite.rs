//! As much of the `SQLite` file format as it takes to list a small table: <https://www.sqlite.org/fileformat2.html>.
//!
//! Every page number, offset and length in the file is held against what is there; a table is followed to a bounded
//! depth, and a bounded number of pages is read.

use super::ForeignError;

/// Section 1.3: what every file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER_BYTES: usize = 100;
/// Section 1.6: kinds of B-tree pages.
const INTERIOR_TABLE: u8 = 0x05;
const LEAF_TABLE: u8 = 0x0d;
/// Deeper trees than this hold more rows than a file can have.
const MAX_DEPTH: usize = 20;
/// The tables that are read have one page or two; a file whose pages name each other in a circle ends here.
const MAX_PAGES: usize = 64;

/// A database file in memory.
#[derive(Debug)]
pub(super) struct Database<'a> {
    bytes: &'a [u8],
    page_len: usize,
    usable_len: usize,
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// `rowid`, which is also the value of an `integer primary key`.
    pub(super) id: i64,
    pub(super) values: Vec<Value<'a>>,
}

/// A value, as far as it is of interest here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Null,
    Integer(i64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
    Other,
}

impl<'a> Database<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, ForeignError> {
        let header = bytes.get(..HEADER_BYTES).filter(|header| header.starts_with(MAGIC));
        let header = header.ok_or(ForeignError::Malformed)?;
        let page_len = match big_endian(header, 16, 2)? {
            1 => 65_536,
            len @ 512..=32_768 if len.is_power_of_two() => len,
            _ => return Err(ForeignError::Malformed),
        };
        let reserved = big_endian(header, 20, 1)?;
        let usable_len = page_len.checked_sub(reserved).filter(|len| *len >= 480);
        Ok(Self { bytes, page_len, usable_len: usable_len.ok_or(ForeignError::Malformed)? })
    }

    /// All rows of a table.
    pub(super) fn rows(&self, table: &str) -> Result<Vec<Row<'a>>, ForeignError> {
        // section 2.6: the schema table has type, name, tbl_name, rootpage, sql
        let schema = self.tree(1)?;
        let named = schema.iter().find(|row| {
            row.values.first() == Some(&Value::Text(b"table"))
                && row.values.get(1) == Some(&Value::Text(table.as_bytes()))
        });
        match named.and_then(|row| row.values.get(3)) {
            Some(Value::Integer(root)) => {
                self.tree(usize::try_from(*root).map_err(|_| ForeignError::Malformed)?)
            }
            _ => Err(ForeignError::Malformed),
        }
    }

    fn tree(&self, root: usize) -> Result<Vec<Row<'a>>, ForeignError> {
        let (mut rows, mut pages) = (Vec::new(), 0);
        self.walk(root, MAX_DEPTH, &mut pages, &mut rows)?;
        Ok(rows)
    }

    fn walk(
        &self,
        number: usize,
        depth: usize,
        pages: &mut usize,
        rows: &mut Vec<Row<'a>>,
    ) -> Result<(), ForeignError> {
        *pages += 1;
        if depth == 0 || *pages > MAX_PAGES {
            return Err(ForeignError::Malformed);
        }
        let page = self.page(number)?;
        // the first page begins with the header of the file
        let start = if number == 1 { HEADER_BYTES } else { 0 };
        let kind = big_endian(page, start, 1)?;
        let cells = big_endian(page, start + 3, 2)?;
        let is_leaf = kind == usize::from(LEAF_TABLE);
        if !is_leaf && kind != usize::from(INTERIOR_TABLE) {
            return Err(ForeignError::Malformed);
        }
        let pointers = start + if is_leaf { 8 } else { 12 };
        for cell in 0..cells {
            let offset = big_endian(page, pointers + 2 * cell, 2)?;
            if is_leaf {
                rows.push(self.row(page, offset)?);
            } else {
                self.walk(big_endian(page, offset, 4)?, depth - 1, pages, rows)?;
            }
        }
        if is_leaf { Ok(()) } else { self.walk(big_endian(page, start + 8, 4)?, depth - 1, pages, rows) }
    }

    fn page(&self, number: usize) -> Result<&'a [u8], ForeignError> {
        let start = number.checked_sub(1).and_then(|index| index.checked_mul(self.page_len));
        start
            .and_then(|start| self.bytes.get(start..start.checked_add(self.page_len)?))
            .ok_or(ForeignError::Malformed)
    }

    /// Section 1.6, a cell of a leaf: length of the record, row id, record.
    fn row(&self, page: &'a [u8], offset: usize) -> Result<Row<'a>, ForeignError> {
        let mut rest = page.get(offset..self.usable_len).ok_or(ForeignError::Malformed)?;
        let len = varint(&mut rest)?;
        let id = varint(&mut rest)?;
        // a record that goes on in overflow pages is longer than any that is read here
        let record = usize::try_from(len).ok().and_then(|len| rest.get(..len));
        Ok(Row { id, values: record.map(values).transpose()?.unwrap_or_default() })
    }
}

/// Section 2.1: the length of the header, the kind of each value, the values.
fn values(record: &[u8]) -> Result<Vec<Value<'_>>, ForeignError> {
    let mut header = record;
    let header_len = usize::try_from(varint(&mut header)?).map_err(|_| ForeignError::Malformed)?;
    let before = record.len() - header.len();
    let kinds_len = header_len.checked_sub(before).ok_or(ForeignError::Malformed)?;
    let (mut kinds, mut body) = header.split_at_checked(kinds_len).ok_or(ForeignError::Malformed)?;
    let mut values = Vec::new();
    while !kinds.is_empty() {
        values.push(value(varint(&mut kinds)?, &mut body)?);
    }
    Ok(values)
}

fn value<'a>(kind: i64, body: &mut &'a [u8]) -> Result<Value<'a>, ForeignError> {
    let kind = usize::try_from(kind).map_err(|_| ForeignError::Malformed)?;
    let len = match kind {
        0 | 8 | 9 => 0,
        1..=4 => kind,
        5 => 6,
        6 | 7 => 8,
        10 | 11 => return Err(ForeignError::Malformed),
        _ => (kind - 12) / 2,
    };
    let (bytes, rest) = body.split_at_checked(len).ok_or(ForeignError::Malformed)?;
    *body = rest;
    Ok(match kind {
        0 => Value::Null,
        1..=6 => Value::Integer(signed(bytes)),
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        7 => Value::Other,
        _ if kind % 2 == 0 => Value::Blob(bytes),
        _ => Value::Text(bytes),
    })
}

/// Two's complement, big-endian, one to eight bytes.
fn signed(bytes: &[u8]) -> i64 {
    let is_negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    bytes.iter().fold(if is_negative { -1 } else { 0 }, |value, byte| value << 8 | i64::from(*byte))
}

fn big_endian(bytes: &[u8], offset: usize, len: usize) -> Result<usize, ForeignError> {
    let end = offset.checked_add(len).ok_or(ForeignError::Malformed)?;
    let bytes = bytes.get(offset..end).ok_or(ForeignError::Malformed)?;
    Ok(bytes.iter().fold(0, |value, byte| value << 8 | usize::from(*byte)))
}

/// Section 1.6: one to nine bytes, seven bits each and eight in the ninth.
fn varint(bytes: &mut &[u8]) -> Result<i64, ForeignError> {
    let mut value = 0_i64;
    for index in 0..9 {
        let (byte, rest) = bytes.split_first().ok_or(ForeignError::Malformed)?;
        *bytes = rest;
        if index == 8 {
            return Ok(value << 8 | i64::from(*byte));
        }
        value = value << 7 | i64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_documented_forms() {
        for (bytes, expected) in
            [(&[0x7f][..], 127), (&[0x81, 0x00], 128), (&[0xff; 9], -1), (&[0x81, 0x80, 0x00], 16_384)]
        {
            let mut rest = bytes;
            assert_eq!(varint(&mut rest), Ok(expected));
            assert!(rest.is_empty());
        }
        assert_eq!(varint(&mut &[0x80][..]), Err(ForeignError::Malformed));
        assert_eq!((signed(&[0xff]), signed(&[1, 0]), signed(&[])), (-1, 256, 0));
    }

    #[test]
    fn pages_that_name_each_other_in_a_circle_have_an_end() {
        let mut file = vec![0; 1024];
        file[..16].copy_from_slice(MAGIC);
        file[16..18].copy_from_slice(&512_u16.to_be_bytes());
        // the first page is an interior one whose right child is itself
        file[100] = INTERIOR_TABLE;
        file[108..112].copy_from_slice(&1_u32.to_be_bytes());
        assert_eq!(Database::new(&file).unwrap().rows("sessions").unwrap_err(), ForeignError::Malformed);
    }
}
