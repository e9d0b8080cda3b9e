//! The answers to questions that are asked slowly, kept until an export holds them: a file beside the session.
//!
//! A line an answer, as JSON; the first one says whose they are. A line that is cut off is the end of the file: the
//! program died while it wrote it, and the question is asked again. Whoever owns the session owns the file, and nobody
//! else reads it; it holds what the export will hold, and goes when the export is in its place.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::archive::{About, Stored};
use crate::export::enrich::Journal;

/// What is added to the name of the session.
const ENDING: &str = ".answers";

/// A journal in a file.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    file: Mutex<File>,
    earlier: Vec<Stored>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    account_id: i64,
}

#[derive(Serialize, Deserialize)]
struct Line {
    about: About,
    /// Base64.
    body: String,
}

impl FileJournal {
    /// The journal beside a session, with the answers of earlier runs if they are this account's.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn beside(session: &Path, account_id: i64) -> io::Result<Self> {
        let path = path_beside(session);
        let earlier = match File::open(&path) {
            Ok(file) => answers(BufReader::new(file), account_id)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        // whatever could not be read is dropped: what follows it would be read as a part of it
        let mut file = private(&path)?;
        writeln!(file, "{}", serde_json::to_string(&Head { account_id })?)?;
        for answer in &earlier {
            write(&mut file, answer)?;
        }
        Ok(Self { path, file: Mutex::new(file), earlier })
    }

    /// Removes the file: an export holds all of it.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn forget(self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }
}

/// Removes the journal beside a session that ends, if there is one.
///
/// # Errors
/// Whatever the file system says.
pub fn remove_beside(session: &Path) -> io::Result<()> {
    match std::fs::remove_file(path_beside(session)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Moves the journal beside a session to where the session has moved, if there is one.
///
/// # Errors
/// Whatever the file system says.
pub fn rename_beside(session: &Path, to: &Path) -> io::Result<()> {
    match std::fs::rename(path_beside(session), path_beside(to)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn path_beside(session: &Path) -> PathBuf {
    let mut name = session.file_name().unwrap_or_default().to_owned();
    name.push(ENDING);
    session.with_file_name(name)
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The answers up to the first line that is none.
fn answers(from: impl BufRead, account_id: i64) -> io::Result<Vec<Stored>> {
    let mut lines = from.lines();
    let head = lines.next().transpose()?.and_then(|line| serde_json::from_str::<Head>(&line).ok());
    if head.is_none_or(|head| head.account_id != account_id) {
        return Ok(Vec::new());
    }
    let mut answers = Vec::new();
    for line in lines {
        let Ok(line) = serde_json::from_str::<Line>(&line?) else { break };
        let Ok(body) = STANDARD.decode(line.body) else { break };
        answers.push(Stored { about: line.about, body: Bytes::from(body) });
    }
    Ok(answers)
}

fn write(file: &mut File, answer: &Stored) -> io::Result<()> {
    let line = Line { about: answer.about.clone(), body: STANDARD.encode(&answer.body) };
    let mut text = serde_json::to_string(&line)?;
    text.push('\n');
    file.write_all(text.as_bytes())
}

impl Journal for FileJournal {
    fn recall(&self) -> Vec<Stored> {
        self.earlier.clone()
    }

    fn keep(&self, answer: &Stored) -> io::Result<()> {
        write(&mut self.file.lock().unwrap_or_else(PoisonError::into_inner), answer)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::archive::Asked;

    fn answer(user_id: i64) -> Stored {
        let about = About {
            method: "users.getFullUser".to_owned(),
            layer: 230,
            received_at: Timestamp::UNIX_EPOCH,
            asked: Some(Asked::User(user_id)),
            refusal: None,
        };
        Stored { about, body: Bytes::from_static(b"\0\xff\n") }
    }

    #[test]
    fn answers_outlive_the_program_and_a_torn_line_is_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("main.session");
        let journal = FileJournal::beside(&session, 7).unwrap();
        journal.keep(&answer(1)).unwrap();
        journal.keep(&answer(2)).unwrap();
        drop(journal);
        let path = path_beside(&session);
        let whole = std::fs::read(&path).unwrap();
        for (cut, left) in [(0, 2), (3, 1), (whole.len() - 3, 0)] {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let journal = FileJournal::beside(&session, 7).unwrap();
            assert_eq!(journal.recall(), [answer(1), answer(2)][..left]);
            journal.keep(&answer(3)).unwrap();
            assert_eq!(FileJournal::beside(&session, 7).unwrap().recall().last(), Some(&answer(3)));
        }
    }

    #[test]
    fn answers_of_another_account_are_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("main.session");
        FileJournal::beside(&session, 7).unwrap().keep(&answer(1)).unwrap();
        let journal = FileJournal::beside(&session, 8).unwrap();
        assert!(journal.recall().is_empty());
        journal.forget().unwrap();
        assert!(!path_beside(&session).exists());
        remove_beside(&session).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("main.session");
        drop(FileJournal::beside(&session, 7).unwrap());
        let mode = std::fs::metadata(path_beside(&session)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
