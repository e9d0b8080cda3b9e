//! Scripted harm to the bytes of a connection, below every frame.

use crate::fault::{Fault, Script};

/// What becomes of the connection behind the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    GoOn,
    Close,
}

/// What is really written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shaped {
    pub(super) bytes: Vec<u8>,
    /// The bytes go out in pieces of this size, each by itself.
    pub(super) piece_bytes: usize,
    pub(super) then: Then,
}

/// What a connection has written, and what it still withholds.
#[derive(Debug, Default)]
pub(super) struct Mischief {
    has_begun: bool,
    written: usize,
    close_at: Option<usize>,
    stall_at: Option<usize>,
    held: Vec<u8>,
    /// Writes that are still to be held before all of them go out.
    to_hold: u32,
    /// Nothing is held: the client waits for each answer before it asks again.
    is_prompt: bool,
}

impl Mischief {
    /// For a connection on which every answer is waited for.
    #[cfg(feature = "web")]
    pub(super) fn prompt() -> Self {
        Self { is_prompt: true, ..Self::default() }
    }

    /// What is written in place of `wire`.
    pub(super) fn shape(&mut self, wire: &[u8], script: &Script) -> Shaped {
        if !std::mem::replace(&mut self.has_begun, true) {
            self.close_at =
                script.take(|fault| if let Fault::CloseAt { bytes } = fault { Some(*bytes) } else { None });
            self.stall_at =
                script.take(|fault| if let Fault::StallAt { bytes } = fault { Some(*bytes) } else { None });
        }
        let mut shaped = Shaped { bytes: self.hold(wire, script), piece_bytes: usize::MAX, then: Then::GoOn };
        if shaped.bytes.is_empty() {
            return shaped;
        }
        if let Some(piece) =
            script.take(|fault| if let Fault::Split { bytes } = fault { Some(*bytes) } else { None })
        {
            shaped.piece_bytes = piece.max(1);
        }
        let room = |at: Option<usize>| at.map_or(usize::MAX, |at| at.saturating_sub(self.written));
        let (until_close, until_stall) = (room(self.close_at), room(self.stall_at));
        if until_close <= shaped.bytes.len() {
            shaped.then = Then::Close;
        }
        shaped.bytes.truncate(until_close.min(until_stall));
        self.written += shaped.bytes.len();
        shaped
    }

    fn hold(&mut self, wire: &[u8], script: &Script) -> Vec<u8> {
        if !self.is_prompt && self.to_hold == 0 && self.held.is_empty() {
            let writes =
                script.take(|fault| if let Fault::Merge { writes } = fault { Some(*writes) } else { None });
            self.to_hold = writes.unwrap_or(0);
        }
        self.held.extend_from_slice(wire);
        self.to_hold = self.to_hold.saturating_sub(1);
        if self.to_hold == 0 { std::mem::take(&mut self.held) } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(spec: &str) -> Script {
        Script::new(vec![spec.parse().unwrap()])
    }

    /// What a client gets of three writes.
    fn written(spec: &str) -> Vec<(Vec<u8>, usize, Then)> {
        let (script, mut mischief) = (script(spec), Mischief::default());
        let writes = [[1, 1, 1], [2, 2, 2], [3, 3, 3]].map(|wire| mischief.shape(&wire, &script));
        writes.into_iter().map(|shaped| (shaped.bytes, shaped.piece_bytes, shaped.then)).collect()
    }

    #[test]
    fn bytes_are_cut_held_and_parted() {
        let (all, on) = (usize::MAX, Then::GoOn);
        let plain = |number: u8| (vec![number; 3], all, on);
        assert_eq!(written("wrong-salt"), [plain(1), plain(2), plain(3)]);
        assert_eq!(written("split=2"), [(vec![1; 3], 2, on), plain(2), plain(3)]);
        assert_eq!(written("merge=2"), [(vec![], all, on), (vec![1, 1, 1, 2, 2, 2], all, on), plain(3)]);
        assert_eq!(written("stall-at=4"), [plain(1), (vec![2], all, on), (vec![], all, on)]);
        assert_eq!(written("close-at=4")[..2], [plain(1), (vec![2], all, Then::Close)]);
        assert_eq!(written("close-at=3")[0], (vec![1; 3], all, Then::Close));
        assert_eq!(written("close-at=0")[0], (vec![], all, Then::Close));
    }
}
