//! Who is blocked, from everything or from stories alone (core.telegram.org/api/block).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// User ids, and when they were blocked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Blocklist(BTreeMap<i64, i32>);

impl Blocklist {
    pub(crate) fn add(&mut self, user_id: i64, date: i32) {
        self.0.entry(user_id).or_insert(date);
    }

    pub(crate) fn remove(&mut self, user_id: i64) {
        self.0.remove(&user_id);
    }

    /// These and no others are blocked; who was before keeps the date.
    pub(crate) fn replace(&mut self, ids: impl Iterator<Item = i64>, date: i32) {
        let before = std::mem::take(&mut self.0);
        self.0 = ids.map(|id| (id, before.get(&id).copied().unwrap_or(date))).collect();
    }

    pub(crate) fn contains(&self, user_id: i64) -> bool {
        self.0.contains_key(&user_id)
    }

    /// Who is blocked since when, the latest first.
    pub(crate) fn latest_first(&self) -> Vec<(i64, i32)> {
        let mut listed = self.0.iter().map(|(id, date)| (*id, *date)).collect::<Vec<_>>();
        listed.sort_by_key(|(id, date)| (Reverse(*date), *id));
        listed
    }
}
