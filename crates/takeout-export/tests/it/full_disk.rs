//! A disk that fills up: an error, and nothing left behind.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use takeout_export::export::{ExportError, Plan, prepare};
use takeout_export::manifest::{Manifest, TakeoutResult};
use takeout_export::progress::Nobody;
use takeout_export::sink::OutputFile;
use takeout_export::staging::{Disk, Staging};

use crate::program::{program, run};
use crate::replies;
use crate::world::names_in;

/// Real files on a disk that has room for so many bytes in all.
struct SmallDisk {
    room_bytes: Arc<AtomicUsize>,
}

struct SmallFile {
    file: File,
    room_bytes: Arc<AtomicUsize>,
}

impl Disk for SmallDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn OutputFile>> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Box::new(SmallFile { file, room_bytes: Arc::clone(&self.room_bytes) }))
    }
}

impl Write for SmallFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.room_bytes.load(Ordering::Relaxed);
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let written = self.file.write(bytes.get(..room).unwrap_or(bytes))?;
        self.room_bytes.store(room - written, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl OutputFile for SmallFile {
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}

fn export(target: &Path, room_bytes: usize) -> Result<Manifest, ExportError> {
    let disk = SmallDisk { room_bytes: Arc::new(AtomicUsize::new(room_bytes)) };
    let staging = Staging::begin_on(disk, target, true)?;
    let prepared = prepare(replies::fetched(200), staging, &Plan::default(), &Nobody, &|| false)?;
    prepared.publish(TakeoutResult::Finished, Timestamp::UNIX_EPOCH)
}

#[test]
fn wherever_the_disk_fills_up_nothing_is_left_and_what_was_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out");
    export(&target, usize::MAX).unwrap();
    let content = || names_in(&target).into_iter().map(|name| fs::read(target.join(name)).unwrap());
    let before: Vec<_> = content().collect();
    let needed: usize = before.iter().map(Vec::len).sum();

    let many = (0..needed).step_by(needed / 20 + 1);
    for room_bytes in many.chain([1, 4, needed - 1]) {
        let fresh = folder.path().join("fresh");
        let error = export(&fresh, room_bytes).unwrap_err();
        assert!(matches!(error, ExportError::Sink(_)), "{room_bytes} of {needed}: {error:?}");
        assert_eq!(names_in(folder.path()), ["out"], "{room_bytes} of {needed}");
        // an earlier export is not touched by one that fails
        export(&target, room_bytes).unwrap_err();
        assert!(content().eq(before.iter().cloned()), "{room_bytes} of {needed}");
    }
    export(&target, needed).unwrap();
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn a_real_disk_that_is_full_is_exit_code_11() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = TinyDisk::mount(folder.path()) else {
        eprintln!("skipped: a tmpfs cannot be mounted here");
        return;
    };
    let demo = |contacts| {
        let mut command = program(&["demo", "--contacts", contacts, "--saved-only", "0", "--out"]);
        command.arg(disk.0.join("out"));
        command
    };
    run(&mut demo("2000")).fails(11, "No space left");
    assert_eq!(names_in(disk.0), [""; 0]);
    run(&mut demo("1")).succeeds();
    assert_eq!(names_in(disk.0), ["out"]);
}

/// 64 KiB of memory as a file system, gone when dropped.
struct TinyDisk<'a>(&'a Path);

impl<'a> TinyDisk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(at);
        mount.output().is_ok_and(|output| output.status.success()).then_some(Self(at))
    }
}

impl Drop for TinyDisk<'_> {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}
