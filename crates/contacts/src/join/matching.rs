//! Which saved record and which contact are the same person: the rules, on keys alone.
//!
//! Nothing here knows a reply or a name's encoding; a record is its position, its phone's [`Digits`] and, where a rule
//! asks for it, its [`Name`]. All steps sort, or sort what shares a hash, so that the result depends on the input alone and
//! costs `n log n` even if every phone in the book is the same, or was made to share a hash.

use crate::phone::Digits;
use crate::position::Position;

/// First and last name as the server sent them.
pub(crate) type Name<'a> = (&'a [u8], &'a [u8]);

/// What the rules need to know of the two lists.
pub(crate) trait Sides {
    /// The key of every saved record, in order.
    fn saved(&self) -> impl Iterator<Item = Option<Digits>>;
    /// The key of every contact, in order.
    fn people(&self) -> impl Iterator<Item = Option<Digits>>;
    /// The name of the saved record at this position.
    fn saved_name(&self, index: usize) -> Name<'_>;
    /// The name of the contact at this position.
    fn person_name(&self, index: usize) -> Name<'_>;
}

/// What the rules found out about one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Match {
    /// The position of its other half in the other list.
    pub(crate) partner: Option<Position>,
    /// The digits that it shares with more records than that, as a number that has no meaning of its own.
    pub(crate) group: Option<Position>,
    /// How many records of its own side with the same digits come before it.
    pub(crate) ordinal: Position,
}

/// The result, position by position.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matches {
    pub(crate) saved: Vec<Match>,
    pub(crate) people: Vec<Match>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Saved,
    Person,
}

/// A record that has digits, and where it stands in its list.
type Entry = (Digits, Side, Position);

/// Applies the rules of the join (ARCHITECTURE.md, "The join"):
///
/// 1. One saved record and one contact have these digits, and nobody else does: they are one.
/// 2. More than two records have them: those pairs whose names are equal to the byte, not empty, and unique on both
///    sides are one each. All records of the group carry its number.
/// 3. A record without digits stands alone. Names alone never match.
pub(crate) fn find(sides: &impl Sides) -> Matches {
    let saved_len = sides.saved().count();
    let people_len = sides.people().count();
    let mut found =
        Matches { saved: vec![Match::default(); saved_len], people: vec![Match::default(); people_len] };
    let keyed = gathered(sides);
    for (number, group) in keyed.chunk_by(|left, right| left.0 == right.0).enumerate() {
        let (saved, people) = group.split_at(group.partition_point(|entry| entry.1 == Side::Saved));
        match (saved, people) {
            ([_], []) | ([], [_]) => {}
            ([one], [other]) => found.join(one.2, other.2),
            _ => {
                found.mark(saved, people, number);
                found.join_by_name(sides, saved, people);
            }
        }
    }
    found
}

/// The records that have digits, those with the same ones side by side: saved records before people, and each side in its
/// order.
///
/// A hash puts nearly every record where it belongs at once; the few that share one are sorted.
fn gathered(sides: &impl Sides) -> Vec<Entry> {
    let entries = || of_side(sides.saved(), Side::Saved).chain(of_side(sides.people(), Side::Person));
    let Some(first) = entries().next() else { return Vec::new() };
    let bits = entries().count().ilog2().max(1);
    // how many records have each hash, then where those with it begin, then where they end
    let mut places = vec![0_usize; 1 << bits];
    for (digits, ..) in entries() {
        if let Some(count) = places.get_mut(digits.hash_bits(bits)) {
            *count += 1;
        }
    }
    let mut begin = 0;
    for place in &mut places {
        begin += std::mem::replace(place, begin);
    }
    let mut gathered = vec![first; begin];
    for entry in entries() {
        let Some(place) = places.get_mut(entry.0.hash_bits(bits)) else { continue };
        if let Some(slot) = gathered.get_mut(*place) {
            *slot = entry;
        }
        *place += 1;
    }
    let mut begin = 0;
    for end in places {
        if let Some(same_hash) = gathered.get_mut(begin..end) {
            same_hash.sort_unstable();
        }
        begin = end;
    }
    gathered
}

fn of_side(keys: impl Iterator<Item = Option<Digits>>, side: Side) -> impl Iterator<Item = Entry> {
    keys.enumerate().filter_map(move |(index, key)| Some((key?, side, Position::of(index))))
}

impl Matches {
    fn join(&mut self, saved: Position, person: Position) {
        let halves = (self.saved.get_mut(saved.index()), self.people.get_mut(person.index()));
        if let (Some(left), Some(right)) = halves {
            left.partner = Some(person);
            right.partner = Some(saved);
        }
    }

    fn mark(&mut self, saved: &[Entry], people: &[Entry], number: usize) {
        for (side, members) in [(&mut self.saved, saved), (&mut self.people, people)] {
            for (ordinal, (_, _, index)) in members.iter().enumerate() {
                if let Some(entry) = side.get_mut(index.index()) {
                    entry.group = Some(Position::of(number));
                    entry.ordinal = Position::of(ordinal);
                }
            }
        }
    }

    fn join_by_name(&mut self, sides: &impl Sides, saved: &[Entry], people: &[Entry]) {
        let mut named: Vec<(Name<'_>, Side, Position)> = Vec::with_capacity(saved.len() + people.len());
        named.extend(saved.iter().map(|&(_, side, index)| (sides.saved_name(index.index()), side, index)));
        named.extend(people.iter().map(|&(_, side, index)| (sides.person_name(index.index()), side, index)));
        // two empty names say nothing about whether two records are one person
        named.retain(|(name, _, _)| *name != (&[], &[]));
        named.sort_unstable();
        for same_name in named.chunk_by(|left, right| left.0 == right.0) {
            if let [(_, Side::Saved, one), (_, Side::Person, other)] = *same_name {
                self.join(one, other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Phone and name of each record.
    #[derive(Debug, Clone, Default)]
    struct Lists {
        saved: Vec<(String, String)>,
        people: Vec<(String, String)>,
    }

    impl Lists {
        fn of(saved: &[(&str, &str)], people: &[(&str, &str)]) -> Self {
            let own = |list: &[(&str, &str)]| {
                list.iter().map(|(phone, name)| ((*phone).to_owned(), (*name).to_owned())).collect()
            };
            Self { saved: own(saved), people: own(people) }
        }
    }

    impl Sides for Lists {
        fn saved(&self) -> impl Iterator<Item = Option<Digits>> {
            self.saved.iter().map(|(phone, _)| Digits::of(phone.as_bytes()))
        }

        fn people(&self) -> impl Iterator<Item = Option<Digits>> {
            self.people.iter().map(|(phone, _)| Digits::of(phone.as_bytes()))
        }

        fn saved_name(&self, index: usize) -> Name<'_> {
            (self.saved[index].1.as_bytes(), b"")
        }

        fn person_name(&self, index: usize) -> Name<'_> {
            (self.people[index].1.as_bytes(), b"")
        }
    }

    fn partners(found: &Matches) -> Vec<Option<usize>> {
        found.saved.iter().map(|entry| entry.partner.map(Position::index)).collect()
    }

    #[test]
    fn one_to_one_is_one_person_whatever_the_names() {
        let found = find(&Lists::of(&[("+49 170 1", "Anna")], &[("491701", "Someone else")]));
        assert_eq!(partners(&found), [Some(0)]);
        let pair = Match { partner: Some(Position::of(0)), group: None, ordinal: Position::of(0) };
        assert_eq!(found.people[0], pair);
    }

    #[test]
    fn the_same_name_without_the_number_is_nobody() {
        let found = find(&Lists::of(&[("1", "Anna"), ("", "Boris")], &[("2", "Anna"), ("", "Boris")]));
        assert_eq!(partners(&found), [None, None]);
        assert!(found.people.iter().all(|entry| *entry == Match::default()));
    }

    #[test]
    fn in_a_crowd_only_unique_equal_names_are_one() {
        // two saved, one account
        let found = find(&Lists::of(&[("1", "Anna"), ("1", "Anna, work")], &[("1", "Anna")]));
        assert_eq!(partners(&found), [Some(0), None]);
        let second = Match { partner: None, group: found.people[0].group, ordinal: Position::of(1) };
        assert_eq!(found.saved[1], second);
        assert!(found.people[0].group.is_some());
        // the same name twice on one side decides nothing
        let found = find(&Lists::of(&[("1", "Anna"), ("1", "Anna")], &[("1", "Anna")]));
        assert_eq!(partners(&found), [None, None]);
        // nor does the absence of a name
        let found = find(&Lists::of(&[("1", ""), ("1", "Anna")], &[("1", "")]));
        assert_eq!(partners(&found), [None, None]);
    }

    #[test]
    fn one_side_alone_can_be_a_crowd() {
        let found = find(&Lists::of(&[("1", "Anna"), ("1", "Anna")], &[("2", "Boris"), ("2", "Carla")]));
        assert_eq!(partners(&found), [None, None]);
        assert_eq!(found.saved[0].group, found.saved[1].group);
        assert_eq!(found.people[0].group, found.people[1].group);
        assert_ne!(found.saved[0].group, found.people[0].group);
        assert!(found.saved[0].group.is_some() && found.people[0].group.is_some());
    }

    /// The rules as one would write them down, without a thought for cost.
    fn oracle(lists: &Lists, one: usize, other: usize) -> bool {
        let key = |phone: &str| phone.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
        let digits = key(&lists.saved[one].0);
        if digits.is_empty() || digits != key(&lists.people[other].0) {
            return false;
        }
        let saved: Vec<_> = lists.saved.iter().filter(|entry| key(&entry.0) == digits).collect();
        let people: Vec<_> = lists.people.iter().filter(|entry| key(&entry.0) == digits).collect();
        if saved.len() == 1 && people.len() == 1 {
            return true;
        }
        let name = &lists.saved[one].1;
        let unique = |list: &[&(String, String)]| list.iter().filter(|entry| entry.1 == *name).count() == 1;
        !name.is_empty() && *name == lists.people[other].1 && unique(&saved) && unique(&people)
    }

    fn entries() -> impl Strategy<Value = Vec<(String, String)>> {
        // few numbers and few names, so that crowds happen
        let phone = prop::sample::select(vec!["", "1", "+1", "12", "1 2", "3", "x"]);
        let name = prop::sample::select(vec!["", "A", "B", "C"]);
        prop::collection::vec((phone.prop_map(str::to_owned), name.prop_map(str::to_owned)), 0..12)
    }

    proptest! {
        #[test]
        fn equals_the_rules_written_naively(saved in entries(), people in entries()) {
            let lists = Lists { saved, people };
            let found = find(&lists);
            for (one, entry) in found.saved.iter().enumerate() {
                let expected: Vec<usize> = (0..lists.people.len()).filter(|other| oracle(&lists, one, *other)).collect();
                prop_assert_eq!(entry.partner.map(Position::index).into_iter().collect::<Vec<_>>(), expected);
                if let Some(partner) = entry.partner {
                    prop_assert_eq!(found.people[partner.index()].partner, Some(Position::of(one)));
                }
            }
            // a group is exactly the records that share digits, unless they are one pair or one record
            let keys: Vec<_> = lists.saved().chain(lists.people()).collect();
            let groups: Vec<_> = found.saved.iter().chain(&found.people).map(|entry| entry.group).collect();
            for (left, key) in keys.iter().enumerate() {
                let alike = keys.iter().filter(|other| *other == key).count();
                let paired = alike == 2 && found.saved.get(left).or_else(|| found.people.get(left - found.saved.len()))
                    .is_some_and(|entry| entry.partner.is_some());
                prop_assert_eq!(groups[left].is_some(), key.is_some() && alike > 1 && !paired);
                for (right, other) in keys.iter().enumerate() {
                    if groups[left].is_some() {
                        prop_assert_eq!(groups[left] == groups[right], key == other);
                    }
                }
            }
        }
    }
}
