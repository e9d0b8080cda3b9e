//! How much memory hostile bytes make the readers take. A binary of its own, because its allocator counts for everybody in
//! it, and one test, because tests run side by side.
#![cfg(test)]

use fuzz_checks::{by_schema, telethon, typed};
use peak_alloc::PeakAlloc;
use tl_dynamic::Dynamic;
use tl_schema::Schema;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Real objects, which Telethon wrote and a generated type can read, of which every byte gets every other value.
const OBJECTS: usize = 50;

/// The longest of them: each byte is read some five hundred times.
const MAX_OBJECT_BYTES: usize = 160;

/// The generated types borrow; an error is one box and its path.
const TYPED_LIMIT_BYTES: usize = 1 << 10;

/// The reader by schema copies: a field is some hundred bytes, and no object here has more than 600.
const BY_SCHEMA_LIMIT_BYTES: usize = 128 << 10;

/// The most that was taken at once.
#[derive(Default)]
struct Most {
    typed: usize,
    by_schema: usize,
}

impl Most {
    fn read(&mut self, bytes: &[u8]) {
        self.typed = self.typed.max(taken(|| _ = typed(bytes)));
        self.by_schema = self.by_schema.max(taken(|| _ = by_schema(bytes)));
    }

    /// Every prefix.
    fn read_cut(&mut self, object: &[u8]) {
        for cut in 0..object.len() {
            self.read(&object[..cut]);
            assert!(!by_schema(&object[..cut]), "a part is not the whole");
        }
    }

    /// Every byte changed by each of these masks.
    fn read_changed(&mut self, object: &[u8], masks: &[u8]) {
        let mut changed = object.to_vec();
        for at in 0..object.len() {
            for mask in masks {
                changed[at] = object[at] ^ mask;
                self.read(&changed);
            }
            changed[at] = object[at];
        }
    }
}

fn taken(read: impl FnOnce()) -> usize {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    read();
    MEMORY.peak_usage().saturating_sub(before)
}

/// Every prefix of fifty real objects and all 255 other values of each of their bytes: a value, every part of which can be
/// read, or a typed error (anything else would be a panic), and never more memory than the limits above. Of all other real
/// objects the prefixes, and every bit of every byte; most of them have no generated type here, and the reader by schema
/// alone knows them.
#[test]
fn fifty_real_objects_cut_and_changed() {
    let is_tried = |bytes: &Vec<u8>| typed(bytes).0 > 0 && bytes.len() <= MAX_OBJECT_BYTES;
    let (mut objects, mut others): (Vec<_>, Vec<_>) = telethon().into_iter().partition(is_tried);
    // the longest of the short ones have the most parts
    objects.sort_by_key(|bytes| core::cmp::Reverse(bytes.len()));
    others.extend(objects.split_off(OBJECTS));
    let mut most = Most::default();
    for object in objects.iter().chain(&others) {
        assert!(by_schema(object) && typed(object).0 == typed(object).1, "a real object is read");
        most.read_cut(object);
    }
    let all: Vec<u8> = (1..=u8::MAX).collect();
    let bits: Vec<u8> = (0..8).map(|bit| 1 << bit).collect();
    for object in &objects {
        most.read_changed(object, &all);
    }
    for object in &others {
        most.read_changed(object, &bits);
    }
    // a vector of 2³¹ − 1 contacts, and one of strings of 16 MB: what is claimed is not reserved
    let claim = [0x42, 0x7e, 0xe8, 0xea, 0x15, 0xc4, 0xb5, 0x1c, 0xff, 0xff, 0xff, 0x7f].repeat(2);
    most.read(&claim);
    claims_of_a_megabyte();
    // the measurement measures: some errors have a path
    assert!((1..=TYPED_LIMIT_BYTES).contains(&most.typed), "{} bytes", most.typed);
    assert!((1..=BY_SCHEMA_LIMIT_BYTES).contains(&most.by_schema), "{} bytes", most.by_schema);
}

/// Vectors inside each other, each claiming as many items as the rest could hold if they were as short as items are: no
/// room is made for what was not read.
fn claims_of_a_megabyte() {
    const LEN: usize = 1 << 20;
    let mut claims = Vec::with_capacity(LEN);
    for _ in 0..31 {
        let head = 12 + claims.len();
        let count = u32::try_from((LEN - head) / 4).unwrap();
        claims.extend([0xf744_4763, 0x1cb5_c415, count].map(u32::to_le_bytes).as_flattened());
    }
    claims.resize(LEN, 0);
    let claimed = taken(|| assert!(!by_schema(&claims)));
    assert!((1..=BY_SCHEMA_LIMIT_BYTES).contains(&claimed), "{claimed} bytes");
    // items that take no bytes at all, as many as there are bytes
    let schema = Schema::parse("none = None; all items:vector<%None> = All;").unwrap();
    let dynamic = Dynamic::new(&schema).unwrap();
    let id = dynamic.declaration("all").unwrap().wire_id();
    let count = u32::try_from(LEN - 8).unwrap();
    let mut empty = [id, count].map(u32::to_le_bytes).concat();
    empty.resize(LEN, 0);
    let claimed = taken(|| assert!(dynamic.read(&empty).is_err()));
    assert!((1..=BY_SCHEMA_LIMIT_BYTES).contains(&claimed), "{claimed} bytes");
}
