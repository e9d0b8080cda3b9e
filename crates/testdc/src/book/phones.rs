//! Phone numbers that nobody else has.

use std::collections::HashSet;

use super::Dice;

/// How numbers begin, and how many digits follow: ranges that countries give out to mobile phones, one that none does
/// (`290` with four digits) and Telegram's anonymous numbers (`888`).
const PLANS: [(&str, u32); 16] = [
    ("14155", 6),
    ("7916", 7),
    ("2010", 8),
    ("346", 8),
    ("447400", 6),
    ("49151", 8),
    ("8190", 8),
    ("86139", 8),
    ("9198", 8),
    ("55119", 8),
    ("38067", 7),
    ("37491", 6),
    ("97252", 7),
    ("98912", 7),
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

    /// A new number: digits only, the country code first.
    pub(super) fn next(&mut self, dice: &mut Dice) -> String {
        loop {
            let (range, len) = dice.pick(&PLANS);
            // a number of four digits is soon used up; two in three draws go to the long plans anyway
            let subscriber = dice.between(10_u64.pow(len - 1), 10_u64.pow(len) - 1);
            let phone = format!("{range}{subscriber}");
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
