//! What was written is read, and nothing else is.

use std::io::{Cursor, Read, Write};

use age::secrecy::ExposeSecret;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::layout::{
    ENTRY_HEAD_BYTES, EntryHead, HASH_BYTES, HEAD_BYTES, Kind, MAX_LABEL_BYTES, MAX_REPLY_BYTES,
};
use super::*;

fn archive(bodies: &[&[u8]]) -> Archive {
    let at = Timestamp::from_second(1_719_748_800).unwrap();
    let run = Run {
        tool: crate::manifest::TOOL.to_owned(),
        tool_version: "1.2.3".to_owned(),
        account_id: -7,
        layer: tl_api::LAYER,
        started_at: at,
        status_observed_at: at,
        exported_at: Timestamp::from_nanosecond(1_719_748_800_123_456_789).unwrap(),
        called_outside: vec!["contacts.getStatuses".to_owned()],
        reused: None,
        enriched: None,
    };
    let stored = |(number, body): (usize, &&[u8])| Stored {
        about: About {
            method: format!("method {number}"),
            layer: 1,
            received_at: at,
            asked: None,
            refusal: None,
        },
        body: Bytes::copy_from_slice(body),
    };
    Archive { run, replies: bodies.iter().enumerate().map(stored).collect() }
}

fn bytes(archive: &Archive) -> Vec<u8> {
    write(archive, Vec::new()).unwrap()
}

/// An archive out of hand-made entries, each with the hash that belongs to it.
fn forged(entries: &[(EntryHead, &[u8], &[u8])]) -> Vec<u8> {
    let mut file = bytes(&archive(&[]));
    file.truncate(HEAD_BYTES);
    for (head, label, stored) in entries {
        let start = file.len();
        file.extend(head.to_bytes());
        file.extend(*label);
        file.extend(*stored);
        let hash = Sha256::digest(&file[start..]);
        file.extend(hash);
    }
    file
}

fn head(kind: Kind, label: &[u8], stored: &[u8], plain_bytes: u64) -> EntryHead {
    EntryHead {
        kind: kind.number(),
        label_bytes: label.len().try_into().unwrap(),
        stored_bytes: stored.len().try_into().unwrap(),
        plain_bytes,
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read(bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 0..5)) {
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        let archive = archive(&bodies);
        prop_assert_eq!(read(bytes(&archive).as_slice()).unwrap(), archive);
    }

    #[test]
    fn whatever_the_bytes_are_it_is_an_error_and_no_panic(noise in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read(noise.as_slice()).is_err());
        let mut file = bytes(&archive(&[]));
        file.truncate(HEAD_BYTES);
        file.extend(noise);
        prop_assert!(read(file.as_slice()).is_err());
    }
}

#[test]
fn the_bytes_are_those_of_the_document() {
    let file = bytes(&archive(&[b"abc"]));
    assert_eq!(&file[..HEAD_BYTES], b"\x89TKX\r\n\x1a\n\x01\0\0\0");
    let label_len = usize::try_from(u32::from_le_bytes(file[16..20].try_into().unwrap())).unwrap();
    // the first entry: kind 1, a label, no body
    assert_eq!(file[12..16], [1, 0, 0, 0]);
    assert_eq!(file[20..36], [0; 16]);
    let label: serde_json::Value = serde_json::from_slice(&file[36..36 + label_len]).unwrap();
    assert_eq!(label["account_id"], -7);
    assert_eq!(label["exported_at"], "2024-06-30T12:00:00.123456789Z");
    let second = 36 + label_len + HASH_BYTES;
    assert_eq!(file[second - HASH_BYTES..second], *Sha256::digest(&file[12..second - HASH_BYTES]));
    assert_eq!(file[second..second + 4], [2, 0, 0, 0]);
    // the end says what the hash of all before it is
    let text = String::from_utf8_lossy(&file);
    let end = file.len() - HASH_BYTES - r#"{"entries":2,"sha256":""}"#.len() - 64 - ENTRY_HEAD_BYTES;
    assert!(
        text.contains(&format!(
            r#"{{"entries":2,"sha256":"{}"}}"#,
            hex::encode(Sha256::digest(&file[..end]))
        ))
    );
}

#[test]
fn every_prefix_is_truncated() {
    let file = bytes(&archive(&[b"abc", &[7; 5_000]]));
    for len in 0..file.len() {
        match read(&file[..len]).unwrap_err() {
            ArchiveError::NotAnArchive => assert!(len < HEAD_BYTES),
            ArchiveError::Truncated { at_bytes, .. } => assert_eq!(at_bytes, u64::try_from(len).unwrap()),
            other => panic!("{len}: {other:?}"),
        }
    }
}

#[test]
fn every_flipped_byte_is_noticed() {
    let file = bytes(&archive(&[b"abc", &[7; 500]]));
    for at in 0..file.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = file.clone();
            damaged[at] ^= flip;
            read(damaged.as_slice()).unwrap_err();
        }
    }
    let mut longer = file;
    longer.push(0);
    assert!(matches!(read(longer.as_slice()), Err(ArchiveError::Trailing { .. })));
}

#[test]
fn entries_cannot_be_left_out_doubled_or_exchanged() {
    let file = bytes(&archive(&[b"abc", b"def"]));
    let mut starts = vec![HEAD_BYTES];
    while *starts.last().unwrap() < file.len() {
        let at = *starts.last().unwrap();
        let head = EntryHead::from_bytes(file[at..at + ENTRY_HEAD_BYTES].try_into().unwrap());
        let body = usize::try_from(u64::from(head.label_bytes) + head.stored_bytes).unwrap();
        starts.push(at + ENTRY_HEAD_BYTES + body + HASH_BYTES);
    }
    let entry = |number: usize| &file[starts[number]..starts[number + 1]];
    for order in [&[0, 1, 3][..], &[0, 2, 1, 3], &[0, 1, 1, 2, 3], &[0, 1, 2, 2, 3], &[0, 3], &[0, 1, 2]] {
        let mut other = file[..HEAD_BYTES].to_vec();
        other.extend(order.iter().flat_map(|number| entry(*number)));
        let error = read(other.as_slice()).unwrap_err();
        assert!(
            matches!(error, ArchiveError::Rearranged | ArchiveError::Truncated { .. }),
            "{order:?}: {error:?}"
        );
    }
    let mut run_twice = file[..HEAD_BYTES].to_vec();
    run_twice.extend([entry(0), entry(0)].concat());
    assert!(matches!(read(run_twice.as_slice()), Err(ArchiveError::Unexpected { entry: 1, kind: 1 })));
    assert!(matches!(
        read([&file[..HEAD_BYTES], entry(1)].concat().as_slice()),
        Err(ArchiveError::Unexpected { .. })
    ));
}

#[test]
fn lengths_are_held_against_limits_before_anything_is_made_of_them() {
    for (what, head) in [
        ("label", EntryHead { kind: 1, label_bytes: MAX_LABEL_BYTES + 1, stored_bytes: 0, plain_bytes: 0 }),
        ("stored body", EntryHead { kind: 2, label_bytes: 0, stored_bytes: u64::MAX, plain_bytes: 0 }),
        ("body", EntryHead { kind: 2, label_bytes: 0, stored_bytes: 9, plain_bytes: MAX_REPLY_BYTES + 1 }),
    ] {
        let error = read(forged(&[(head, b"", b"")]).as_slice()).unwrap_err();
        assert!(matches!(error, ArchiveError::TooLarge { what: found, .. } if found == what), "{error:?}");
    }
    // a length within the limits and nothing behind it costs nothing
    let head =
        EntryHead { kind: 2, label_bytes: 0, stored_bytes: MAX_REPLY_BYTES, plain_bytes: MAX_REPLY_BYTES };
    let mut file = forged(&[]);
    file.extend(head.to_bytes());
    assert!(matches!(read(file.as_slice()), Err(ArchiveError::Truncated { .. })));
}

#[test]
fn a_body_is_one_frame_of_the_stated_length() {
    let run = serde_json::to_vec(&archive(&[]).run).unwrap();
    let about = serde_json::to_vec(&archive(&[b"x"]).replies[0].about).unwrap();
    let frame = zstd::encode_all(&b"abc"[..], 1).unwrap();
    let bomb = zstd::encode_all(std::io::repeat(0).take(1 << 20), 1).unwrap();
    let two = [frame.clone(), frame.clone()].concat();
    for (stored, plain_bytes) in [
        (&frame[..], 2),
        (&frame, 4),
        (&two, 3),
        (&two, 6),
        (b"abc", 3),
        (b"", 3),
        (&bomb, 3),
        (&frame[..5], 3),
    ] {
        let file = forged(&[
            (head(Kind::Run, &run, b"", 0), &run, b""),
            (head(Kind::Reply, &about, stored, plain_bytes), &about, stored),
        ]);
        let error = read(file.as_slice()).unwrap_err();
        assert!(matches!(error, ArchiveError::Body { entry: 1, .. }), "{plain_bytes}: {error:?}");
    }
    let file = forged(&[(head(Kind::Run, b"{}", b"", 0), b"{}", b"")]);
    assert!(matches!(read(file.as_slice()), Err(ArchiveError::Label { entry: 0, .. })));
    let unknown = EntryHead { kind: 9, ..head(Kind::Run, b"", b"", 0) };
    assert!(matches!(
        read(forged(&[(unknown, b"", b"")]).as_slice()),
        Err(ArchiveError::Unexpected { kind: 9, .. })
    ));
}

#[test]
fn other_versions_and_other_files_are_told_apart() {
    let mut file = bytes(&archive(&[]));
    file[8] = 2;
    assert!(matches!(read(file.as_slice()), Err(ArchiveError::Version { got: 2, supported: 1 })));
    for other in [&b""[..], b"PAR1PAR1PAR1", b"age-encryption.org/v1\n"] {
        assert!(matches!(read(other), Err(ArchiveError::NotAnArchive)));
    }
    let empty = read(bytes(&archive(&[])).as_slice()).unwrap();
    assert!(matches!(empty.into_fetched(), Err(ArchiveError::Missing { method: GET_SAVED })));
    let mut of_layer_1 = archive(&[b""]);
    of_layer_1.replies[0].about.method = GET_SAVED.to_owned();
    assert!(matches!(of_layer_1.into_fetched(), Err(ArchiveError::Layer { got: 1, .. })));
}

#[test]
fn a_sealed_archive_opens_with_its_key_alone_and_whole_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive.tkx.age");
    let (key, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
    let recipient: seal::Recipient = key.to_public().to_string().parse().unwrap();
    let archive = archive(&[&vec![9; 200_000]]);
    let sealed = seal::write_for(&[recipient], &archive, Vec::new()).unwrap();
    assert!(!sealed.windows(8).any(|window| window == b"method 0"));
    let identities = |name: &str, key: &age::x25519::Identity| {
        let path = folder.path().join(name);
        let mut file = std::fs::File::create(&path).unwrap();
        writeln!(file, "# a comment\n{}", key.to_string().expose_secret()).unwrap();
        path
    };
    let (right, wrong) = (identities("right", &key), identities("wrong", &other));
    let open = |bytes: &[u8], identity| {
        std::fs::write(&path, bytes).unwrap();
        seal::open(&path, identity)
    };
    assert_eq!(open(&sealed, Some(&right)).unwrap(), archive);
    assert!(matches!(open(&sealed, None), Err(ArchiveError::Encrypted)));
    let error = open(&sealed, Some(&wrong)).unwrap_err();
    assert!(matches!(error, ArchiveError::Decrypt(_)) && seal::is_key_problem(&error));
    let missing = folder.path().join("none");
    assert!(matches!(open(&sealed, Some(&missing)), Err(ArchiveError::Identity(_))));
    for len in (0..sealed.len()).step_by(997) {
        open(&sealed[..len], Some(&right)).unwrap_err();
        let mut damaged = sealed.clone();
        damaged[len] ^= 1;
        open(&damaged, Some(&right)).unwrap_err();
    }
    assert!(matches!("ssh-ed25519 AAAA".parse::<seal::Recipient>(), Err(ArchiveError::Recipient { .. })));
    // a plain one needs no key and minds none
    assert_eq!(open(&bytes(&archive), Some(&right)).unwrap(), archive);
    assert_eq!(read(Cursor::new(bytes(&archive))).unwrap(), archive);
}
