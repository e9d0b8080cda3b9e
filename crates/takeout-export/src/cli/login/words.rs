//! Where a code is to be found, in words.

use std::time::Duration;

use tg_client::{CodeDelivery, NextDelivery, SentCode};

/// The server's own texts are not longer than this in a message of ours.
const LONGEST_TEXT: usize = 120;

/// A text of the server, without what could steer a terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(LONGEST_TEXT).collect()
}

/// That a code is on its way, where to look for it, and how to get another one if a person is asked for it.
pub(super) fn sent(code: &SentCode, is_asked_for: bool) -> String {
    let delivery = delivery(&code.delivery);
    // a script that answers can ask for no other one
    let Some(way) = code.next.filter(|_| is_asked_for).map(next) else {
        return format!("A code was sent: {delivery}.");
    };
    let from = code.timeout.filter(|wait| !wait.is_zero()).map(after).unwrap_or_default();
    format!("A code was sent: {delivery}. If it does not come: an empty line (or r) asks for {way}{from}.")
}

fn after(wait: Duration) -> String {
    format!(", {} s from now", wait.as_secs())
}

fn delivery(delivery: &CodeDelivery) -> String {
    let begins = |beginning: &Option<String>| match beginning {
        Some(beginning) => format!(" that begins with \"{}\"", plain(beginning)),
        None => String::new(),
    };
    match delivery {
        CodeDelivery::App => "look into Telegram on a device where you are logged in".to_owned(),
        CodeDelivery::Sms => "look for a text message".to_owned(),
        CodeDelivery::Call => "a call will tell it".to_owned(),
        CodeDelivery::FlashCall { pattern } => {
            format!("a call will hang up at once; the code is its whole number ({})", plain(pattern))
        }
        CodeDelivery::MissedCall { prefix, digits } => format!(
            "a call from {}… will hang up at once; the code is the last {digits} digits of its number",
            plain(prefix)
        ),
        CodeDelivery::Email { pattern } => {
            format!("look into the mailbox of your login e-mail address {}", plain(pattern))
        }
        CodeDelivery::Fragment { url } => {
            format!("look at {}, where the number was bought", plain(url))
        }
        CodeDelivery::FirebaseSms => {
            "only Telegram's own apps are sent this text message; ask for another way, or log in with --qr"
                .to_owned()
        }
        CodeDelivery::SmsWord { beginning } => {
            format!("look for a text message; the code is a word{}", begins(beginning))
        }
        CodeDelivery::SmsPhrase { beginning } => {
            format!("look for a text message; the code is a phrase{}", begins(beginning))
        }
        _ => "Telegram says how in the official app".to_owned(),
    }
}

/// How another code would come.
fn next(way: NextDelivery) -> &'static str {
    match way {
        NextDelivery::Sms => "a text message",
        NextDelivery::Call => "a call that tells it",
        NextDelivery::FlashCall => "a call whose number is the code",
        NextDelivery::MissedCall => "a call whose number ends with the code",
        NextDelivery::Fragment => "one at fragment.com",
        _ => "another way",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_writes_cannot_steer_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\r\n\u{7}ü"), "a[2Jbü");
        let told = delivery(&CodeDelivery::Email { pattern: "\u{1b}c*@x.org".to_owned() });
        assert!(told.ends_with("address c*@x.org"), "{told}");
        assert_eq!(plain(&"x".repeat(1000)).len(), LONGEST_TEXT);
    }
}
