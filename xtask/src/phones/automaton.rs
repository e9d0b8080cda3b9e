//! Automata over the ten digits: what a pattern accepts, and everything that can be made of several of them.
//!
//! A state is a number, the start is 0, and every state has a successor for every digit. Whatever walks the digits with
//! a finite memory becomes an automaton by [`Automaton::explore`]: a compiled pattern, several automata side by side, one
//! behind the other.

use std::collections::HashMap;
use std::hash::Hash;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};

/// A digit by its value: 0 to 9.
pub type Digit = u8;

/// One state: what is decided if the digits end here, and where each digit leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State<L> {
    pub label: L,
    pub next: [usize; 10],
}

/// A complete automaton whose states carry labels.
#[derive(Debug, Clone)]
pub struct Automaton<L> {
    states: Vec<State<L>>,
}

#[expect(clippy::indexing_slicing, reason = "numbers of states come from the automaton, digits end at nine")]
impl<L> Automaton<L> {
    /// Where the walk begins.
    pub const START: usize = 0;

    /// The automaton of everything that is reached from `start`.
    pub fn explore<S: Clone + Eq + Hash>(
        start: S,
        step: impl Fn(&S, Digit) -> S,
        label: impl Fn(&S) -> L,
    ) -> Self {
        let mut numbers = HashMap::from([(start.clone(), Self::START)]);
        let mut found = vec![start];
        let mut states = Vec::new();
        while let Some(state) = found.get(states.len()).cloned() {
            let next = DIGITS.map(|digit| {
                let reached = step(&state, digit);
                let free = found.len();
                *numbers.entry(reached).or_insert_with_key(|new| {
                    found.push(new.clone());
                    free
                })
            });
            states.push(State { label: label(&state), next });
        }
        Self { states }
    }

    /// The state behind a digit.
    pub fn step(&self, state: usize, digit: Digit) -> usize {
        self.states[state].next[usize::from(digit)]
    }

    /// What is decided where the digits end.
    pub fn label(&self, state: usize) -> &L {
        &self.states[state].label
    }

    /// The states in order.
    pub fn states(&self) -> &[State<L>] {
        &self.states
    }
}

const DIGITS: [Digit; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

impl<L: Clone + Eq + Hash> Automaton<L> {
    /// The smallest automaton that decides the same: classes of states are split until all states of a class lead to
    /// the same classes (Moore's algorithm).
    #[must_use]
    pub fn minimal(&self) -> Self {
        let (mut classes, mut count) = number(self.states.iter().map(|state| state.label.clone()));
        loop {
            let class = |state: usize| classes.get(state).copied();
            let keys = self.states.iter().enumerate();
            let (finer, more) = number(keys.map(|(at, state)| (class(at), state.next.map(class))));
            if more == count {
                break;
            }
            (classes, count) = (finer, more);
        }
        let class = |state: usize| classes.get(state).copied().unwrap_or_default();
        let mut states = Vec::with_capacity(count);
        for (at, state) in self.states.iter().enumerate() {
            // classes are numbered in the order of their first states, so the start stays in front
            if class(at) == states.len() {
                states.push(State { label: state.label.clone(), next: state.next.map(class) });
            }
        }
        Self { states }
    }
}

/// Equal keys get equal numbers, new ones the next; and how many there are.
fn number<K: Eq + Hash>(keys: impl Iterator<Item = K>) -> (Vec<usize>, usize) {
    let mut numbers = HashMap::new();
    let numbered = keys
        .map(|key| {
            let next = numbers.len();
            *numbers.entry(key).or_insert(next)
        })
        .collect();
    (numbered, numbers.len())
}

impl Automaton<bool> {
    /// What a whole pattern accepts.
    pub fn of(pattern: &str) -> Result<Self, String> {
        let dfa = dense::Builder::new()
            .configure(dense::Config::new().start_kind(StartKind::Anchored).match_kind(MatchKind::All))
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build(&format!("^(?:{pattern})$"))
            .map_err(|error| format!("{pattern}: {error}"))?;
        let start = dfa
            .start_state(&start::Config::new().anchored(Anchored::Yes))
            .map_err(|error| format!("{pattern}: {error}"))?;
        let step = |state: &_, digit| dfa.next_state(*state, b'0' + digit);
        let accepts = |state: &_| dfa.is_match_state(dfa.next_eoi_state(*state));
        Ok(Self::explore(start, step, accepts).minimal())
    }

    /// Nothing at all.
    pub fn nothing() -> Self {
        Self { states: vec![State { label: false, next: [Self::START; 10] }] }
    }

    /// Whether the digits may end here.
    pub fn accepts(&self, state: usize) -> bool {
        *self.label(state)
    }

    /// Whatever begins with one of these, itself included; the empty beginning does not count.
    #[must_use]
    pub fn and_anything(&self) -> Self {
        let step = |(state, done): &(usize, bool), digit| {
            let state = self.step(*state, digit);
            (state, *done || self.accepts(state))
        };
        Self::explore((Self::START, false), step, |(_, done)| *done).minimal()
    }

    /// Those of the lengths that are wanted; all lengths from `limit` on are alike.
    #[must_use]
    pub fn of_lengths(&self, limit: usize, is_wanted: impl Fn(usize) -> bool) -> Self {
        let step = |(state, len): &(usize, usize), digit| (self.step(*state, digit), limit.min(len + 1));
        Self::explore((Self::START, 0), step, |(state, len)| self.accepts(*state) && is_wanted(*len))
            .minimal()
    }

    /// What one of them accepts.
    pub fn any<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let all: Vec<_> = all.into_iter().collect();
        let beside = |states: &Vec<usize>, digit| {
            all.iter().zip(states).map(|(one, state)| one.step(*state, digit)).collect()
        };
        let accepts = |states: &Vec<usize>| all.iter().zip(states).any(|(one, state)| one.accepts(*state));
        Self::explore(vec![Self::START; all.len()], beside, accepts).minimal()
    }

    /// What both accept.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let step = |(one, two): &(usize, usize), digit| (self.step(*one, digit), other.step(*two, digit));
        let accepts = |(one, two): &(usize, usize)| self.accepts(*one) && other.accepts(*two);
        Self::explore((Self::START, Self::START), step, accepts).minimal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(automaton: &Automaton<bool>, digits: &str) -> bool {
        let walk =
            digits.bytes().fold(Automaton::<bool>::START, |at, digit| automaton.step(at, digit - b'0'));
        automaton.accepts(walk)
    }

    #[test]
    fn a_pattern_is_accepted_as_a_whole() {
        let automaton = Automaton::of(r"(?:4[2-5]|7)\d{2}|7$").unwrap();
        for (digits, expected) in
            [("4299", true), ("799", true), ("7", true), ("4199", false), ("42999", false), ("", false)]
        {
            assert_eq!(accepts(&automaton, digits), expected, "{digits}");
        }
    }

    #[test]
    fn a_pattern_that_cannot_be_compiled_is_named() {
        assert!(Automaton::of("4[2").unwrap_err().starts_with("4[2: "));
    }

    #[test]
    fn the_smallest_automaton_has_a_state_for_what_must_be_told_apart() {
        // two digits, of which the first is not 9: the start, one digit, two, and too many or wrong
        let written_twice = Automaton::of(r"[0-8]\d|[0-4][0-9]").unwrap();
        assert_eq!(written_twice.states().len(), 4);
        assert_eq!(Automaton::any([&written_twice, &written_twice]).states().len(), 4);
        assert_eq!(written_twice.and(&Automaton::nothing()).states().len(), 1);
    }

    #[test]
    fn beginnings_and_lengths() {
        let begins = Automaton::of("0?|10").unwrap().and_anything();
        assert!(accepts(&begins, "0123") && accepts(&begins, "10"));
        // the empty beginning is none
        assert!(!accepts(&begins, "") && !accepts(&begins, "123"));
        let long = begins.of_lengths(4, |len| len != 3);
        assert!(accepts(&long, "01") && !accepts(&long, "012") && accepts(&long, "0123456"));
    }
}
