//! What GREEN-API's `getContacts` for Telegram answers: a JSON array that programs written for it can read.
//!
//! Only people with an account are in it, `phoneNumber` is a number and 0 where none is shown, and there is no time and no
//! status: the form has no place for them. `name` is what the account shows, `contactName` what the phone book says.

use super::cell::push_json_text;
use super::people::{Form, Page};
use super::person::Person;

/// The answer to `getContacts`.
#[derive(Debug, Default)]
pub(super) struct GreenApi {
    is_begun: bool,
}

impl Form for GreenApi {
    fn head(&self, page: &mut Page) {
        page.text.push('[');
    }

    fn person(&mut self, person: &Person<'_>, page: &mut Page) -> bool {
        let Some(user_id) = person.user_id else { return false };
        page.text.push_str(if self.is_begun { ",\n" } else { "\n" });
        self.is_begun = true;
        let fields = [
            ("{\"chatId\":", user_id.to_string()),
            (",\"name\":", person.account_name.full()),
            (",\"contactName\":", person.name().full()),
            (",\"type\":", "user".to_owned()),
        ];
        for (key, value) in fields {
            page.text.push_str(key);
            push_json_text(&mut page.text, &value);
        }
        let phone = person.phone_e164.and_then(|phone| phone.trim_start_matches('+').parse::<u64>().ok());
        page.text.push_str(",\"phoneNumber\":");
        page.text.push_str(&phone.unwrap_or_default().to_string());
        page.text.push_str(",\"username\":");
        push_json_text(&mut page.text, person.username.unwrap_or_default());
        page.text.push('}');
        true
    }

    fn tail(&self, page: &mut Page) {
        page.text.push_str("\n]\n");
    }
}
