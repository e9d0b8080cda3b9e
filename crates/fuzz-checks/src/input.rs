//! Bytes as a source of choices.

/// What is left of the input. Where it ends, every choice is the first one.
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end.max(1)
    }

    /// As many bytes as the next one says, or as there are.
    pub(crate) fn short(&mut self) -> &'a [u8] {
        let len = usize::from(self.byte());
        self.take(len)
    }

    /// As many bytes as the next two say, or as there are.
    pub(crate) fn long(&mut self) -> &'a [u8] {
        let len = usize::from(self.byte()) | usize::from(self.byte()) << 8;
        self.take(len)
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        self.take(self.0.len())
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

/// Input that makes [`Input::long`] give these pieces.
pub(crate) fn long_pieces(pieces: &[&[u8]]) -> Vec<u8> {
    let one = |piece: &&[u8]| {
        let len = u16::try_from(piece.len()).expect("a seed is short").to_le_bytes();
        [len.as_slice(), piece].concat()
    };
    pieces.iter().flat_map(one).collect()
}
