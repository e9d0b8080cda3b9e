//! Phone numbers as they are dialled: digits held against the numbering plans of the countries.
//!
//! The plans are Google's libphonenumber, as the crate `rlibphonenumber` carries them. The join does not ask them
//! ([`Digits`] are its key); a row does, once.
//!
//! The library tries dozens of patterns on a number, one after the other. So its plans are looked up in a table that is
//! generated from them ([`plans`]), and the library itself is asked about the numbers that it might rewrite. Both say the
//! same of every number, which the tests hold them to.

mod plans;

use core::fmt;

use rlibphonenumber::{
    PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat, PhoneNumberUtil, Region as Plan,
};

use self::plans::Decision;
use super::Digits;

/// A full international number; its `Display` is `+` and the digits (ITU-T E.164).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    digits: Digits,
    region: Option<Region>,
}

/// A country or territory by its ISO 3166-1 alpha-2 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region([u8; 2]);

impl Number {
    /// The number that these digits are, country code first.
    ///
    /// What a country's plan drops is dropped: `+44 (0)20 7946 0018` is `+442079460018`. Digits behind a code that no
    /// country has (Telegram's own `888` and `99966`) stay as they are, if they [can be a number](Digits::is_e164) at
    /// all. `None` if the country knows no number of this length.
    pub fn of(digits: Digits) -> Option<Self> {
        // no plan has a number of fewer or more digits, and none begins with zero
        let digits = Some(digits).filter(|digits| digits.is_e164())?;
        match plans::decide(digits) {
            Decision::Number(region) => Some(Self { digits, region }),
            Decision::NoNumber => None,
            Decision::Ask => Self::of_the_library(digits),
        }
    }

    /// The same, by the library alone.
    fn of_the_library(digits: Digits) -> Option<Self> {
        let plans: &PhoneNumberUtil = &PHONE_NUMBER_UTIL;
        match plans.parse(format!("+{digits}"), None) {
            Ok(number) if plans.is_possible_number(&number) => {
                let full = plans.format(&number, PhoneNumberFormat::E164);
                Some(Self { digits: Digits::of(full.as_bytes())?, region: region(plans, &number) })
            }
            Ok(number) if !is_of_a_country(plans, &number) => Some(Self { digits, region: None }),
            Err(ParseError::InvalidCountryCode) => Some(Self { digits, region: None }),
            Ok(_) | Err(_) => None,
        }
    }

    /// Puts its text (`Display`) behind what is there. For a column of them: this is several times as fast.
    pub fn append_to(&self, text: &mut Vec<u8>) {
        text.push(b'+');
        self.digits.append_to(text);
    }

    /// Whose number it is: known only if the number is one that the country's plan gives out.
    pub fn region(&self) -> Option<Region> {
        self.region
    }
}

impl Region {
    /// Two capital letters.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Puts them behind what is there. For a column of them: this is several times as fast.
    pub fn append_to(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(&self.0);
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.digits)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether the country code is one of a country, or of several, and not of a network that spans the world.
fn is_of_a_country(plans: &PhoneNumberUtil, number: &PhoneNumber) -> bool {
    plans.get_region_for_country_code(number.country_code).is_some_and(|plan| plan != Plan::World)
}

fn region(plans: &PhoneNumberUtil, number: &PhoneNumber) -> Option<Region> {
    let region = plans.get_region_for_number(number)?;
    // where one country has a country code for itself, the library names it for any number behind it
    let is_given_out = plans.is_valid_number_for_region(number, region);
    // `001` stands for numbers of no country
    let code = region.to_string().into_bytes().try_into().ok()?;
    is_given_out.then_some(Region(code))
}

#[cfg(test)]
mod tests;
