//! The hash by which a server tells whether a list has changed.

/// Hashes a list of numbers as Telegram's clients and servers do ("Pagination in the API", section "Hash generation").
///
/// Unsigned 64-bit arithmetic that wraps; the wire carries the result as a signed `long`.
///
/// ```
/// assert_eq!(contacts::list_hash([1, 2, 3]), 565_224_272_838_726);
/// ```
pub fn list_hash(numbers: impl IntoIterator<Item = u64>) -> i64 {
    let hash = numbers.into_iter().fold(0_u64, |mut hash, number| {
        hash ^= hash >> 21;
        hash ^= hash << 35;
        hash ^= hash >> 4;
        hash.wrapping_add(number)
    });
    hash.cast_signed()
}

/// The `hash` of `contacts.getContacts`: the server's `saved_count`, then the ids of all contacts in ascending order
/// (own id included if one is one's own contact), at most the first [`MAX_HASHED_IDS`].
pub fn contacts_hash(saved_count: i32, ids: impl IntoIterator<Item = i64>) -> i64 {
    let mut ids: Vec<i64> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(MAX_HASHED_IDS);
    // numbers enter as 64 bits, sign extended
    let numbers = core::iter::once(i64::from(saved_count)).chain(ids);
    list_hash(numbers.map(i64::cast_unsigned))
}

/// How many ids enter [`contacts_hash`]: clients of Telegram hash no more.
pub const MAX_HASHED_IDS: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// `list_hash` of the protocol's vectors.
    const VECTORS: &str = include_str!("../tests/vectors/list_hash.json");

    #[test]
    fn the_published_vectors() {
        // three lines of the form `{"ids": [1, 2], "hash_i64": "3"}`: not worth a JSON parser in this crate
        let mut seen = 0;
        for line in VECTORS.lines().filter(|line| line.contains("hash_i64")) {
            let (ids, hash) = line.split_once("],").unwrap();
            let (_, ids) = ids.split_once('[').unwrap();
            let ids: Vec<u64> = ids.split(',').map(|id| id.trim().parse().unwrap()).collect();
            let expected: i64 = hash.split('"').nth(3).unwrap().parse().unwrap();
            assert_eq!(list_hash(ids), expected, "{line}");
            seen += 1;
        }
        assert_eq!(seen, 3);
    }

    #[test]
    fn contacts_hash_sorts_and_starts_with_the_saved_count() {
        assert_eq!(contacts_hash(3, [20, 777_000, 10]), list_hash([3, 10, 20, 777_000]));
        assert_eq!(contacts_hash(3, [20, 777_000, 10, 20]), contacts_hash(3, [10, 20, 777_000]));
        assert_ne!(contacts_hash(4, [10, 20]), contacts_hash(3, [10, 20]));
    }
}
