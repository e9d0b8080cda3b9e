//! Who somebody is.

use tl_api::{Invoke, InvokeError, RpcError, enums, functions, types};
use tl_codec::Reply;

/// What `contacts.resolvePhone` says about a number.
#[derive(Debug, Clone)]
pub enum Resolved {
    /// An account that lets itself be found by this number.
    Found(Reply<types::contacts::ResolvedPeer>),
    /// `PHONE_NOT_OCCUPIED`: there is no account, or its owner does not want to be found. Which of the two is not told.
    NotFoundOrHidden,
}

/// Looks for contacts by name, and for everybody by username (`contacts.search`).
///
/// # Errors
/// [`InvokeError`]; `400 QUERY_TOO_SHORT`, `400 SEARCH_QUERY_EMPTY`.
pub async fn search(
    server: &(impl Invoke + Sync + ?Sized),
    query: &str,
    limit: i32,
) -> Result<Reply<types::contacts::Found>, InvokeError> {
    let q = query.to_owned();
    server.invoke(&functions::contacts::Search { q, limit, ..Default::default() }).await
}

/// Whose account has this number (`contacts.resolvePhone`). Telegram asks for three seconds between two calls.
///
/// # Errors
/// [`InvokeError`]; a wait (`420 FLOOD_WAIT_X`) among them.
pub async fn resolve_phone(
    server: &(impl Invoke + Sync + ?Sized),
    phone: &str,
) -> Result<Resolved, InvokeError> {
    match server.invoke(&functions::contacts::ResolvePhone { phone: phone.to_owned() }).await {
        Ok(reply) => Ok(Resolved::Found(reply)),
        Err(InvokeError::Rpc(error)) if is(&error, "PHONE_NOT_OCCUPIED") => Ok(Resolved::NotFoundOrHidden),
        Err(error) => Err(error),
    }
}

/// Who has this username, with or without `@` (`contacts.resolveUsername`). `None`: nobody.
///
/// # Errors
/// [`InvokeError`]; `400 USERNAME_INVALID`.
pub async fn resolve_username(
    server: &(impl Invoke + Sync + ?Sized),
    username: &str,
) -> Result<Option<Reply<types::contacts::ResolvedPeer>>, InvokeError> {
    let username = username.strip_prefix('@').unwrap_or(username).to_owned();
    match server.invoke(&functions::contacts::ResolveUsername { username, referer: None }).await {
        Ok(reply) => Ok(Some(reply)),
        Err(InvokeError::Rpc(error)) if is(&error, "USERNAME_NOT_OCCUPIED") => Ok(None),
        Err(error) => Err(error),
    }
}

/// The ids of the contacts (`contacts.getContactIDs`), a method from the time of 32-bit ids.
///
/// `None` stands where the server sent 0: an account whose id needs more than 31 bits, a number without an account, or
/// an account that hides itself. Some servers send 64-bit ids under the same declaration; both forms are read.
///
/// # Errors
/// [`InvokeError`].
pub async fn contact_ids(server: &(impl Invoke + Sync + ?Sized)) -> Result<Vec<Option<i64>>, InvokeError> {
    let reply = server.invoke(&functions::contacts::GetContactIDs { hash: 0 }).await?;
    let ids = match reply.read() {
        Ok(ids) => ids.iter().map(i64::from).collect::<Vec<_>>(),
        Err(error) => {
            Reply::<Vec<i64>>::new(reply.body().clone()).read().map_err(|_| error)?.iter().collect()
        }
    };
    Ok(ids.into_iter().map(|id| (id != 0).then_some(id)).collect())
}

/// A link with which others add this account, and until when it is good (`contacts.exportContactToken`).
///
/// # Errors
/// [`InvokeError`].
pub async fn export_token(
    server: &(impl Invoke + Sync + ?Sized),
) -> Result<Reply<types::ExportedContactToken>, InvokeError> {
    server.invoke(&functions::contacts::ExportContactToken {}).await
}

/// Whose link this is (`contacts.importContactToken`); the link itself is taken as well as its token alone.
///
/// # Errors
/// [`InvokeError`]; `400 IMPORT_TOKEN_INVALID`.
pub async fn import_token(
    server: &(impl Invoke + Sync + ?Sized),
    link: &str,
) -> Result<Reply<enums::User>, InvokeError> {
    let token = link.rsplit_once('/').map_or(link, |(_, token)| token).to_owned();
    server.invoke(&functions::contacts::ImportContactToken { token }).await
}

fn is(error: &RpcError, name: &str) -> bool {
    error.name() == name
}
