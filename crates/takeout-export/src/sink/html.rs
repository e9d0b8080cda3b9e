//! One page to look at and search, without a network and without anything beside it.
//!
//! ```text
//! head ─► style ─► frame of the page ─► rows as JSON ─► what is known of the export ─► script
//! ```
//!
//! The rows stand in the page as JSON that is never run: the script reads it and makes text nodes, so that a name which
//! looks like HTML is a name. A content security policy lets nothing run but the one script, known by its hash, and
//! nothing be fetched at all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::cell::push_json_text;
use super::people::{Form, Page};
use super::person::Person;

const FRAME: &str = include_str!("html/frame.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The page.
#[derive(Debug, Default)]
pub(super) struct Html {
    rows: u64,
    exported_at_micros: Option<i64>,
}

impl Form for Html {
    fn head(&self, page: &mut Page) {
        let policy = format!(
            "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{}'; script-src '{}'",
            source_hash(STYLE),
            source_hash(SCRIPT)
        );
        page.text.push_str(&FRAME.replace("{{policy}}", &policy).replace("{{style}}", STYLE));
        page.text.push_str("<script type=\"application/json\" id=\"rows\">[");
    }

    fn person(&mut self, person: &Person<'_>, page: &mut Page) -> bool {
        page.text.push_str(if self.rows == 0 { "\n[" } else { ",\n[" });
        self.rows += 1;
        self.exported_at_micros = Some(person.exported_at_micros);
        let (name, account_name) = (person.label(), person.account_name.full());
        let other_name = if account_name == name { "" } else { &account_name };
        let texts =
            [&name, other_name, person.best_phone().unwrap_or_default(), person.username.unwrap_or_default()];
        for text in texts {
            push_text(page, text);
            page.text.push(',');
        }
        let number =
            |number: Option<i64>| number.map_or_else(|| "null".to_owned(), |number| number.to_string());
        let secs = |micros: Option<i64>| number(micros.map(|micros| micros.div_euclid(1_000_000)));
        page.text.push_str(&number(person.user_id));
        for word in [person.source, person.status] {
            page.text.push(',');
            push_text(page, word);
        }
        let flags =
            i64::from(person.is_mutual == Some(true)) | i64::from(person.is_deleted == Some(true)) << 1;
        for value in [secs(person.status_at_micros), secs(person.saved_at_micros), flags.to_string()] {
            page.text.push(',');
            page.text.push_str(&value);
        }
        page.text.push(']');
        true
    }

    fn tail(&self, page: &mut Page) {
        let time = self.exported_at_micros.and_then(|micros| Timestamp::from_microsecond(micros).ok());
        page.text.push_str("\n]</script>\n<script type=\"application/json\" id=\"about\">{\"exported_at\":");
        match time {
            Some(time) => push_text(page, &time.to_string()),
            None => page.text.push_str("null"),
        }
        page.text.push_str("}</script>\n<script>");
        page.text.push_str(SCRIPT);
        page.text.push_str("</script>\n</body>\n</html>\n");
    }
}

/// A text as JSON inside of a `script` element. There only `</script` and `<!--` mean anything (HTML, section 4.12.1.3,
/// "Restrictions for contents of script elements"), and both begin with what is escaped here. A NUL is no character of
/// an HTML document (section 3.2.5.2, "Text").
fn push_text(page: &mut Page, text: &str) {
    let text = page.clean(text, |character| character == '\0');
    let start = page.text.len();
    push_json_text(&mut page.text, &text);
    if page.text.get(start..).is_some_and(|json| json.contains('<')) {
        let json = page.text.split_off(start);
        page.text.push_str(&json.replace('<', "\\u003c"));
    }
}

/// A source by its hash (Content Security Policy Level 3, section 2.3.1).
fn source_hash(source: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(source)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_run_does_not_end_early() {
        for source in [SCRIPT, STYLE] {
            assert!(
                !source.contains("</") && !source.contains("<!--"),
                "it would end the element that it stands in"
            );
            assert!(
                !source.contains('\r'),
                "a parser makes another line end of it, and its hash would not fit"
            );
        }
        assert!(
            !FRAME.contains("://") && !SCRIPT.contains("://") && !STYLE.contains("url("),
            "nothing is fetched"
        );
    }

    #[test]
    fn a_name_cannot_leave_its_string() {
        let mut page = Page::default();
        push_text(&mut page, "a</script><!--\0\"\u{2028}");
        assert_eq!(page.text, "\"a\\u003c/script>\\u003c!--\u{fffd}\\\"\u{2028}\"");
        assert_eq!(page.replaced, 1);
    }
}
