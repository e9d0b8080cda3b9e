//! A small fuzzer of our own: seeds with bytes changed, cut and doubled, for each target.

use fuzz_checks::TARGETS;

/// Changed seeds of each target. testdc is asked over TCP, which takes longer.
const CASES: usize = 300;
const CASES_OVER_TCP: usize = 40;

#[test]
fn changed_seeds_pass() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        let cases = if target.name == "server" { CASES_OVER_TCP } else { CASES };
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        for _ in 0..cases {
            let mut bytes = seeds[dice.below(seeds.len())].clone();
            for _ in 0..=dice.below(4) {
                change(&mut bytes, &mut dice);
            }
            (target.check)(&bytes);
        }
    }
}

fn change(bytes: &mut Vec<u8>, dice: &mut Dice) {
    if bytes.is_empty() {
        return bytes.push(dice.byte());
    }
    let at = dice.below(bytes.len());
    match dice.below(4) {
        0 => bytes[at] = dice.byte(),
        1 => bytes[at] ^= 1 << dice.below(8),
        2 => bytes.truncate(at),
        _ => bytes.extend_from_within(at..bytes.len().min(at + 16)),
    }
}

/// `SplitMix64`
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb) >> 8
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}
