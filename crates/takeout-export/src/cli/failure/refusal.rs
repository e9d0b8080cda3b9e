//! What Telegram may refuse of what was asked for (core.telegram.org/api/errors), and what to do then.

use tg_client::ClientError;

/// The next step, for the refusals of single operations that have one.
pub(super) fn advice(error: &ClientError) -> Option<String> {
    let ClientError::Rpc(error) = error else { return None };
    let advice = match error.name() {
        "CONTACT_REQ_MISSING" => {
            "they have not added you; takeout-export contacts add adds them under a name of your choice"
        }
        "CONTACT_MISSING" => "only a contact has a note; first: takeout-export contacts add",
        "CONTACT_NAME_EMPTY" => "give --first-name a name",
        "IMPORT_TOKEN_INVALID" => "the link has ended or is not whole; ask for another one",
        "QUERY_TOO_SHORT" | "SEARCH_QUERY_EMPTY" => "search for three letters at least",
        "USERNAME_INVALID" => "a username has letters, digits and underscores",
        _ => return None,
    };
    Some(advice.to_owned())
}
