//! The table and the library say the same of every number: of some for each step of each row, of their neighbours, and
//! of digits at random. `cargo xtask sweep phones` tries forty times as many.

use std::collections::{BTreeMap, BTreeSet};

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

use super::super::Number;
use super::{Decision, ROWS, decide};
use crate::phone::{Digits, MAX_E164_DIGITS, MIN_E164_DIGITS};

#[test]
#[expect(clippy::print_stdout, reason = "the figures of a sweep")]
fn the_table_and_the_library_agree() {
    let rounds = if std::env::var("CONTACTS_SWEEP").is_ok_and(|value| value == "full") { 40 } else { 1 };
    let mut walker = Walker::new(6);
    let mut tried = Tried::default();
    for _ in 0..rounds {
        for row in 0..ROWS.len() {
            for digit in 0..10 {
                let Some((given_out, anything)) = walker.through(row, digit) else { continue };
                tried.compare(&anything);
                for number in given_out.iter().chain(&walker.neighbour(given_out.as_deref())) {
                    tried.compare(number);
                }
            }
        }
        for _ in 0..50_000 {
            tried.compare(&walker.random.digits());
        }
    }
    println!("{} numbers, those of {} regions among them", tried.numbers, tried.regions.len());
    assert!(tried.numbers > 250_000);
    let in_the_table: BTreeSet<_> = ROWS.iter().filter(|row| gives_out(row)).map(|row| row[0]).collect();
    assert_eq!(tried.regions.len(), in_the_table.len());
}

/// The table is there so that the library is seldom asked.
#[test]
fn the_table_knows_the_examples_of_the_plans() {
    let kinds = [PhoneNumberType::Mobile, PhoneNumberType::FixedLine, PhoneNumberType::VoIP];
    let regions = PHONE_NUMBER_UTIL.get_supported_regions();
    let examples = regions.flat_map(|region| {
        kinds.map(|kind| PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok())
    });
    let (known, asked): (Vec<_>, Vec<_>) = examples
        .flatten()
        .map(|example| PHONE_NUMBER_UTIL.format(&example, PhoneNumberFormat::E164).into_owned())
        .partition(|example| match decide(Digits::of(example.as_bytes()).unwrap()) {
            Decision::Number(region) => region.is_some(),
            Decision::Ask => false,
            Decision::NoNumber => panic!("{example} is no number"),
        });
    assert!(known.len() > 400 && asked.len() * 20 < known.len(), "asked about {asked:?}");
}

/// What has been tried, and what it was.
#[derive(Default)]
struct Tried {
    numbers: u64,
    regions: BTreeSet<String>,
}

impl Tried {
    fn compare(&mut self, number: &str) {
        let digits = Digits::of(number.as_bytes()).unwrap();
        let (ours, theirs) = (Number::of(digits), Number::of_the_library(digits));
        assert_eq!(ours, theirs, "{number}: {:?}, {:?}", shown(ours), shown(theirs));
        self.numbers += 1;
        if let Some(region) = theirs.and_then(|number| number.region()) {
            self.regions.insert(region.to_string());
        }
    }
}

/// Numbers have no text in their `Debug` output; these are nobody's.
fn shown(number: Option<Number>) -> Option<(String, Option<String>)> {
    number.map(|number| (number.to_string(), number.region().map(|region| region.to_string())))
}

/// Makes numbers whose digits take a step that was named.
struct Walker {
    random: Random,
    /// The last steps of the shortest ways to a row.
    ways: BTreeMap<usize, Vec<(usize, u8)>>,
    /// Whether so many more digits can make a number that is given out, for each row.
    hopes: Vec<[bool; MAX_E164_DIGITS]>,
}

impl Walker {
    fn new(seed: u64) -> Self {
        Self { random: Random(seed), ways: shortest_ways(), hopes: hopes() }
    }

    /// Digits that take this step: a number that some region gives out, if there is one, and any.
    fn through(&mut self, row: usize, digit: u8) -> Option<(Option<String>, String)> {
        let mut begun = String::new();
        let mut at = row;
        while at != 0 {
            let ways = &self.ways[&at];
            let (before, digit) = ways[self.random.below(ways.len())];
            begun.insert(0, char::from(b'0' + digit));
            at = before;
        }
        begun.push(char::from(b'0' + digit));
        if begun.len() >= MAX_E164_DIGITS || begun.starts_with('0') {
            return None;
        }
        let next = behind(row, digit);
        let shortest = MIN_E164_DIGITS.max(begun.len());
        let lengths = shortest..=MAX_E164_DIGITS;
        let lefts = lengths.map(|len| len - begun.len());
        let hopeful: Vec<usize> = lefts.filter(|left| self.hopes[next][*left]).collect();
        let given_out = (!hopeful.is_empty()).then(|| {
            let left = hopeful[self.random.below(hopeful.len())];
            self.finish(&begun, next, left)
        });
        let len = shortest + self.random.below(MAX_E164_DIGITS - shortest + 1);
        let mut anything = begun;
        while anything.len() < len {
            anything.push(self.random.digit());
        }
        Some((given_out, anything))
    }

    fn finish(&mut self, begun: &str, mut row: usize, left: usize) -> String {
        let mut number = begun.to_owned();
        for left in (0..left).rev() {
            let digits: Vec<u8> = (0..10).filter(|digit| self.hopes[behind(row, *digit)][left]).collect();
            let digit = digits[self.random.below(digits.len())];
            number.push(char::from(b'0' + digit));
            row = behind(row, digit);
        }
        number
    }

    /// The number with one digit changed, one more or one less.
    fn neighbour(&mut self, number: Option<&str>) -> Option<String> {
        let number = number?;
        let (before, behind) = number.split_at(1 + self.random.below(number.len() - 1));
        let changed = match self.random.below(3) {
            0 => format!("{before}{}{}", self.random.digit(), &behind[1..]),
            1 => format!("{before}{}{behind}", self.random.digit()),
            _ => format!("{before}{}", &behind[1..]),
        };
        Some(changed).filter(|number| Digits::of(number.as_bytes()).is_some_and(Digits::is_e164))
    }
}

/// Whether a number that ends here is some region's.
fn gives_out(row: &[[u8; 2]; 11]) -> bool {
    row[0][0].is_ascii_uppercase()
}

fn behind(row: usize, digit: u8) -> usize {
    usize::from(u16::from_le_bytes(ROWS[row][1 + usize::from(digit)]))
}

fn shortest_ways() -> BTreeMap<usize, Vec<(usize, u8)>> {
    let mut ways: BTreeMap<usize, Vec<(usize, u8)>> = BTreeMap::from([(0, vec![])]);
    let mut last = BTreeSet::from([0]);
    while !last.is_empty() {
        let mut found: BTreeMap<usize, Vec<(usize, u8)>> = BTreeMap::new();
        for row in last {
            for digit in 0..10 {
                let next = behind(row, digit);
                if !ways.contains_key(&next) {
                    found.entry(next).or_default().push((row, digit));
                }
            }
        }
        last = found.keys().copied().collect();
        ways.extend(found);
    }
    ways
}

fn hopes() -> Vec<[bool; MAX_E164_DIGITS]> {
    let mut hopes: Vec<_> = ROWS
        .iter()
        .map(|row| {
            let mut hope = [false; MAX_E164_DIGITS];
            hope[0] = gives_out(row);
            hope
        })
        .collect();
    for left in 1..MAX_E164_DIGITS {
        for row in 0..ROWS.len() {
            hopes[row][left] = (0..10).any(|digit| hopes[behind(row, digit)][left - 1]);
        }
    }
    hopes
}

/// `SplitMix64`
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn digit(&mut self) -> char {
        char::from(b"0123456789"[self.below(10)])
    }

    /// Digits that can be an international number.
    fn digits(&mut self) -> String {
        let mut digits = String::from(char::from(b"123456789"[self.below(9)]));
        let len = MIN_E164_DIGITS + self.below(MAX_E164_DIGITS - MIN_E164_DIGITS + 1);
        while digits.len() < len {
            digits.push(self.digit());
        }
        digits
    }
}
