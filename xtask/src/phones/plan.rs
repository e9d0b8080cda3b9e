//! What rlibphonenumber decides about the digits behind one country code.
//!
//! The decisions are those of `contacts::Number::of`, by way of the library's `parse`, `is_possible_number`,
//! `get_region_for_number` and `is_valid_number_for_region`. Where the library might rewrite a number (drop a national
//! prefix), it is asked: that part is not copied.

use std::collections::BTreeSet;

use super::automaton::{Automaton, Digit};
use super::metadata::{Numbers, Plan};

/// What is known about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The library must be asked.
    Ask,
    /// No number of this length can be.
    NoNumber,
    /// A number as it stands, of no country or given to nobody.
    Number,
    /// A number as it stands, which the plan of this region gives out.
    Of([u8; 2]),
}

/// Numbers have at most 15 digits with their country code; from here on all lengths are alike.
const LONG: usize = 16;

/// The region of codes that span the world.
const WORLD: &str = "001";

/// The regions of a country code.
struct Country {
    is_world: bool,
    /// Lengths that a number can have, by length.
    possible: [bool; LONG + 1],
    /// Numbers that the library might rewrite.
    asked: Automaton<bool>,
    regions: Vec<Region>,
}

/// A region that shares a country code, or has it for itself.
struct Region {
    code: Option<[u8; 2]>,
    /// Numbers that are taken for this region's because of how they begin.
    claimed: Automaton<bool>,
    /// Numbers that its plan gives out.
    valid: Automaton<bool>,
}

/// The automaton of a country code: over the digits behind it. The first of the plans is the main one.
pub fn automaton(plans: &[&Plan]) -> Result<Automaton<Decision>, String> {
    let country = Country::of(plans)?;
    let parts: Vec<&Automaton<bool>> = std::iter::once(&country.asked)
        .chain(country.regions.iter().flat_map(|region| [&region.claimed, &region.valid]))
        .collect();
    let step = |(len, states): &(usize, Vec<usize>), digit| {
        let beside = parts.iter().zip(states).map(|(part, state)| part.step(*state, digit));
        (LONG.min(len + 1), beside.collect())
    };
    let start = (0, vec![Automaton::<bool>::START; parts.len()]);
    let decide = |(len, states): &(usize, Vec<usize>)| {
        let mut accepted = parts.iter().zip(states).map(|(part, state)| part.accepts(*state));
        country.decide(*len, &mut accepted)
    };
    Ok(Automaton::explore(start, step, decide).minimal())
}

impl Country {
    fn of(plans: &[&Plan]) -> Result<Self, String> {
        let main = *plans.first().ok_or("a country code without a plan")?;
        let regions: Result<Vec<_>, _> =
            plans.iter().map(|plan| Region::of(plan, plans.len() == 1)).collect();
        let general = main.general.clone().unwrap_or_default();
        let (possible, local) = (lengths(&general.lengths), lengths(&general.local_lengths));
        Ok(Self {
            is_world: main.region == WORLD,
            // a plan that states no lengths has no numbers, whatever its local lengths are
            possible: std::array::from_fn(|len| {
                possible.contains(&len) || (local.contains(&len) && !possible.is_empty())
            }),
            asked: rewritten(main, &general)?,
            regions: regions?,
        })
    }

    /// `accepted`: the automata in the order in which they stand side by side.
    fn decide(&self, len: usize, accepted: &mut impl Iterator<Item = bool>) -> Decision {
        if accepted.next() == Some(true) {
            return Decision::Ask;
        }
        if !self.possible.get(len).is_some_and(|possible| *possible) {
            return if self.is_world { Decision::Number } else { Decision::NoNumber };
        }
        for region in &self.regions {
            let (is_claimed, is_valid) = (accepted.next(), accepted.next());
            if is_valid == Some(true) {
                return region.code.map_or(Decision::Number, Decision::Of);
            }
            if is_claimed == Some(true) {
                return Decision::Number;
            }
        }
        Decision::Number
    }
}

impl Region {
    fn of(plan: &Plan, is_alone: bool) -> Result<Self, String> {
        let code = if plan.region == WORLD {
            if !is_alone {
                return Err("a code of the world that a country shares".to_owned());
            }
            None
        } else {
            let code = <[u8; 2]>::try_from(plan.region.as_bytes());
            Some(code.map_err(|_| format!("{} is no region", plan.region))?)
        };
        let claimed = match &plan.leading_digits {
            Some(pattern) => Automaton::of(unwrapped(pattern)?)?.and_anything(),
            None => Automaton::nothing(),
        };
        let kinds = [
            &plan.premium_rate,
            &plan.toll_free,
            &plan.shared_cost,
            &plan.voip,
            &plan.personal,
            &plan.pager,
            &plan.company,
            &plan.voicemail,
            &plan.fixed_line,
            if plan.mobile_is_as_fixed_line == Some(true) { &plan.fixed_line } else { &plan.mobile },
        ];
        let kinds: Result<Vec<_>, _> = kinds.into_iter().flatten().map(given_out).collect();
        let general = given_out(&plan.general.clone().unwrap_or_default())?;
        Ok(Self { code, claimed, valid: Automaton::any(&kinds?).and(&general) })
    }
}

/// The numbers of a kind: by pattern, and by length if lengths are stated.
fn given_out(numbers: &Numbers) -> Result<Automaton<bool>, String> {
    let Some(pattern) = &numbers.pattern else { return Ok(Automaton::nothing()) };
    let whole = Automaton::of(unwrapped(pattern)?)?;
    if numbers.lengths.is_empty() {
        return Ok(whole);
    }
    let lengths = lengths(&numbers.lengths);
    Ok(whole.of_lengths(LONG, |len| lengths.contains(&len)))
}

/// Numbers of which the library might drop or change the beginning, and numbers that begin with `00`, of which it keeps
/// ten zeros at most.
fn rewritten(plan: &Plan, general: &Numbers) -> Result<Automaton<bool>, String> {
    let zeros = Automaton::of("00")?.and_anything();
    let Some(prefix) = &plan.national_prefix else { return Ok(zeros) };
    let prefix = Automaton::of(unwrapped(prefix)?)?;
    let changed = match &plan.national_prefix_rewritten {
        Some(rule) if !rule.is_empty() => prefix.and_anything(),
        _ => dropped(&prefix, general)?,
    };
    Ok(Automaton::any([&zeros, &changed]))
}

/// Numbers that are a national prefix and a rest to which the library would shorten them: one of a length that can be
/// (or is too long), and not one that breaks the pattern of all numbers if the whole follows it.
fn dropped(prefix: &Automaton<bool>, general: &Numbers) -> Result<Automaton<bool>, String> {
    let whole = match &general.pattern {
        Some(pattern) => Automaton::of(unwrapped(pattern)?)?,
        None => Automaton::nothing(),
    };
    let (possible, local) = (lengths(&general.lengths), lengths(&general.local_lengths));
    let is_kept = |len: &usize| {
        !local.contains(len)
            && (possible.contains(len) || possible.last().is_some_and(|longest| len > longest))
    };
    // how far the prefix, the whole, and each rest that has begun behind an end of the prefix have come
    let start = (Automaton::<bool>::START, Automaton::<bool>::START, BTreeSet::new());
    let step = |(before, all, rests): &(usize, usize, BTreeSet<(usize, usize)>), digit: Digit| {
        let mut rests: BTreeSet<_> =
            rests.iter().map(|(state, len)| (whole.step(*state, digit), LONG.min(len + 1))).collect();
        let before = prefix.step(*before, digit);
        if prefix.accepts(before) {
            rests.insert((Automaton::<bool>::START, 0));
        }
        (before, whole.step(*all, digit), rests)
    };
    let is_shortened = |(_, all, rests): &(usize, usize, BTreeSet<(usize, usize)>)| {
        rests.iter().any(|(rest, len)| is_kept(len) && (whole.accepts(*rest) || !whole.accepts(*all)))
    };
    Ok(Automaton::explore(start, step, is_shortened).minimal())
}

/// The stated lengths. `-1` says that there are no numbers of the kind.
fn lengths(stated: &[i32]) -> BTreeSet<usize> {
    stated.iter().filter_map(|length| usize::try_from(*length).ok()).collect()
}

/// The pattern that the library writes as `^(?:…)$`.
fn unwrapped(pattern: &str) -> Result<&str, String> {
    let inner = pattern.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$"));
    inner.ok_or_else(|| format!("{pattern} is not written as ^(?:…)$"))
}
