//! Lines of a vCard: escaping, and folding.

use crate::sink::people::Page;

/// The longest line, its end not counted (RFC 6350, section 3.2; RFC 2426, section 2.6).
const MAX_LINE_OCTETS: usize = 75;

/// Adds a text value, escaped (RFC 6350, section 3.4; RFC 2426, section 4): backslash, comma, semicolon, line breaks.
///
/// A control character other than a tab has no place in a vCard (`VALUE-CHAR` of RFC 6350, section 3.3).
pub(super) fn push_text(page: &mut Page, line: &mut String, text: &str) {
    let text = page.clean(
        text,
        |character| matches!(character, '\0'..='\x08' | '\x0b'..='\x0c' | '\x0e'..='\x1f' | '\x7f'),
    );
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => line.push_str("\\\\"),
            ',' => line.push_str("\\,"),
            ';' => line.push_str("\\;"),
            '\n' => line.push_str("\\n"),
            '\r' => {
                // CR LF is one line break
                characters.next_if_eq(&'\n');
                line.push_str("\\n");
            }
            other => line.push(other),
        }
    }
}

/// Adds a line, folded: CR LF and a space wherever 75 octets are full, never inside of a character.
pub(super) fn push_line(to: &mut String, line: &str) {
    let mut octets = 0;
    for character in line.chars() {
        if octets + character.len_utf8() > MAX_LINE_OCTETS {
            to.push_str("\r\n ");
            octets = 1;
        }
        to.push(character);
        octets += character.len_utf8();
    }
    to.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(line: &str) -> String {
        let mut to = String::new();
        push_line(&mut to, line);
        to
    }

    #[test]
    fn a_line_of_75_octets_is_whole_and_one_more_is_folded() {
        assert_eq!(folded(&"a".repeat(75)), format!("{}\r\n", "a".repeat(75)));
        assert_eq!(folded(&"a".repeat(76)), format!("{}\r\n a\r\n", "a".repeat(75)));
        // 🌻 has four octets: the 73rd begins a new line
        let line = format!("{}🌻", "a".repeat(72));
        assert_eq!(folded(&line), format!("{}\r\n 🌻\r\n", "a".repeat(72)));
        assert_eq!(folded(&"a".repeat(75 + 74 + 1)).lines().count(), 3);
    }

    #[test]
    fn texts_are_escaped_and_what_cannot_be_said_is_counted() {
        let (mut page, mut line) = (Page::default(), String::new());
        push_text(&mut page, &mut line, "a\\b,c;d\ne\r\nf\rg\th:\"\0\x07\u{7f}\u{85}");
        assert_eq!(line, "a\\\\b\\,c\\;d\\ne\\nf\\ng\th:\"\u{fffd}\u{fffd}\u{fffd}\u{85}");
        assert_eq!(page.replaced, 3);
    }

    proptest! {
        #[test]
        fn unfolding_gives_the_line_back(line in "[^\r\n]{0,300}") {
            let folded = folded(&line);
            prop_assert!(folded.split("\r\n").all(|part| part.len() <= MAX_LINE_OCTETS));
            prop_assert_eq!(folded.replace("\r\n ", ""), line + "\r\n");
        }
    }
}
