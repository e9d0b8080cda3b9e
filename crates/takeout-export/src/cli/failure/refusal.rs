//! What Telegram may refuse of what was asked for (core.telegram.org/api/errors), and what to do then.

use tg_client::ClientError;

/// What to do if nothing better is known.
const REPORT: &str =
    "run the command again; if it stays so, report it with a --log-file, which names no secrets";

/// The next step: some refusals of single operations have their own.
pub(super) fn advice(error: &ClientError) -> &'static str {
    let ClientError::Rpc(error) = error else { return REPORT };
    match error.name() {
        "CONTACT_REQ_MISSING" => {
            "they have not added you; takeout-export contacts add adds them under a name of your choice"
        }
        "CONTACT_MISSING" => "only a contact has a note; first: takeout-export contacts add",
        "CONTACT_NAME_EMPTY" => "give --first-name a name",
        "IMPORT_TOKEN_INVALID" => "the link has ended or is not whole; ask for another one",
        "QUERY_TOO_SHORT" | "SEARCH_QUERY_EMPTY" => "search for three letters at least",
        "USERNAME_INVALID" => "a username has letters, digits and underscores",
        _ if error.code >= 500 || error.code < 0 => {
            "Telegram has trouble of its own: run the command again later"
        }
        _ => REPORT,
    }
}
