//! Phone numbers that nobody else has.

use std::collections::HashSet;

use super::Dice;

/// Country code, and how many digits follow it.
const PLANS: [(&str, u32); 16] = [
    ("1", 10),
    ("7", 10),
    ("20", 10),
    ("34", 9),
    ("44", 10),
    ("49", 11),
    ("81", 10),
    ("86", 11),
    ("91", 10),
    ("55", 11),
    ("380", 9),
    ("374", 8),
    ("972", 9),
    ("98", 10),
    ("290", 4),
    ("888", 8),
];

/// Gives out numbers, each once.
#[derive(Debug, Default)]
pub(super) struct Phones {
    taken: HashSet<String>,
}

impl Phones {
    /// Starts with some numbers taken.
    pub(super) fn without(taken: &str) -> Self {
        Self { taken: HashSet::from([taken.to_owned()]) }
    }

    /// A new number: country code and subscriber, digits only.
    pub(super) fn next(&mut self, dice: &mut Dice) -> String {
        loop {
            let (country, len) = dice.pick(&PLANS);
            // a number of four digits is soon used up; two in three draws go to the long plans anyway
            let subscriber = dice.between(10_u64.pow(len - 1), 10_u64.pow(len) - 1);
            let phone = format!("{country}{subscriber}");
            if self.taken.insert(phone.clone()) {
                return phone;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_twice_and_digits_only() {
        let mut dice = Dice::new(3, *b"phones\0\0");
        let mut phones = Phones::without("9996621234");
        let mut seen = HashSet::from(["9996621234".to_owned()]);
        for _ in 0..20_000 {
            let phone = phones.next(&mut dice);
            assert!((7..=15).contains(&phone.len()) && phone.bytes().all(|b| b.is_ascii_digit()), "{phone}");
            assert!(seen.insert(phone));
        }
    }
}
