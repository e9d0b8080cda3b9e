//! Owned values of any generated type, from a seed.

use tl_codec::RawBytes;

/// A stream of numbers that looks random and is the same for the same seed (`SplitMix64`).
pub(crate) struct Source {
    state: u64,
    depth: u8,
}

/// How deep values may lie in each other before only the shortest are chosen.
const MAX_SAMPLE_DEPTH: u8 = 4;

impl Source {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed, depth: 0 }
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.word() % u64::try_from(end).unwrap()).unwrap()
    }

    pub(crate) fn coin(&mut self) -> bool {
        self.word() & 1 == 1
    }

    /// A length: mostly short, sometimes on the border between the two forms of a string.
    pub(crate) fn len(&mut self) -> usize {
        if self.below(16) == 0 { 252 + self.below(8) } else { self.below(9) }
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.word().to_le_bytes()[0]).collect()
    }

    pub(crate) fn is_deep(&self) -> bool {
        self.depth >= MAX_SAMPLE_DEPTH
    }

    /// One level deeper.
    pub(crate) fn inside<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let inner = make(self);
        self.depth -= 1;
        inner
    }
}

/// A value from a source.
pub(crate) trait Sample {
    fn sample(source: &mut Source) -> Self;
}

macro_rules! numbers {
    ($($ty:ty),*) => {$(
        impl Sample for $ty {
            fn sample(source: &mut Source) -> Self {
                let mut bytes = [0; size_of::<$ty>()];
                bytes.fill_with(|| source.word().to_le_bytes()[0]);
                Self::from_le_bytes(bytes)
            }
        }
    )*};
}

numbers!(u8, i32, i64, f64);

impl Sample for bool {
    fn sample(source: &mut Source) -> Self {
        source.coin()
    }
}

impl Sample for String {
    fn sample(source: &mut Source) -> Self {
        const LETTERS: [char; 8] = ['a', 'Z', '0', ' ', 'ж', '漢', '🙂', '\0'];
        let len = source.len();
        (0..len).map(|_| LETTERS[source.below(LETTERS.len())]).collect()
    }
}

impl<const N: usize> Sample for [u8; N] {
    fn sample(source: &mut Source) -> Self {
        source.bytes(N).try_into().unwrap()
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(source: &mut Source) -> Self {
        (source.coin() && !source.is_deep()).then(|| source.inside(T::sample))
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample(source: &mut Source) -> Self {
        let len = if source.is_deep() { 0 } else { source.below(4) };
        source.inside(|source| (0..len).map(|_| T::sample(source)).collect())
    }
}

impl<T: Sample> Sample for Box<T> {
    fn sample(source: &mut Source) -> Self {
        Self::new(source.inside(T::sample))
    }
}

impl Sample for RawBytes {
    fn sample(source: &mut Source) -> Self {
        // an id that no schema has, and something behind it
        Self([&[0xee; 4], source.bytes(8).as_slice()].concat())
    }
}
