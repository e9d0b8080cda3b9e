//! Our own exports, with all that their tables hold: neither trimmed nor guessed.

use std::path::Path;

use super::{Found, PeopleFileError};
use crate::read;
use crate::sink::person::People;

/// The people of a Parquet file, an archive, or a folder with either.
pub(super) fn read(path: &Path, identity: Option<&Path>) -> Result<Vec<Found>, PeopleFileError> {
    let table = read::table(path, identity)?;
    let mut found = Vec::new();
    for batch in &table.batches {
        let people = People::of(batch).map_err(read::ReadError::from)?;
        found.extend(people.iter().map(|person| {
            let name = person.name();
            Found {
                first_name: name.first.to_owned(),
                last_name: name.last.to_owned(),
                note: person.note.map(str::to_owned),
                phones: person.phone.map(str::to_owned).into_iter().collect(),
            }
        }));
    }
    Ok(found)
}
