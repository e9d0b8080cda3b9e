//! Who is near: top peers, close friends, birthdays, profiles.

use tl_api::{Invoke, InvokeError, enums, functions, types};
use tl_codec::Reply;

use super::Who;

/// How many are asked for at once.
const PAGE: i32 = 100;

/// With whom the account has most to do: people, inline bots and calls, page by page (`contacts.getTopPeers`).
///
/// The last page says `topPeersDisabled` if the owner has switched the list off.
///
/// # Errors
/// [`InvokeError`] of the first page that does not come.
pub async fn top_peers(
    server: &(impl Invoke + Sync + ?Sized),
) -> Result<Vec<Reply<enums::contacts::TopPeers>>, InvokeError> {
    let mut pages = Vec::new();
    let mut offset = 0_i32;
    loop {
        let query = functions::contacts::GetTopPeers {
            correspondents: true,
            bots_inline: true,
            phone_calls: true,
            offset,
            limit: PAGE,
            ..Default::default()
        };
        let page = server.invoke(&query).await?;
        let more = match page.read()? {
            enums::contacts::TopPeersRef::TopPeers(top) => {
                let ends = top.categories.iter().map(|category| {
                    let len = i32::try_from(category.peers.len()).unwrap_or(i32::MAX);
                    (len > 0, offset.saturating_add(len) < category.count)
                });
                ends.fold(false, |more, (has_some, goes_on)| more || (has_some && goes_on))
            }
            _ => false,
        };
        pages.push(page);
        if !more {
            return Ok(pages);
        }
        offset = offset.saturating_add(PAGE);
    }
}

/// Switches the list of top peers on or off; off also deletes it (`contacts.toggleTopPeers`).
///
/// # Errors
/// [`InvokeError`].
pub async fn toggle_top_peers(
    server: &(impl Invoke + Sync + ?Sized),
    enabled: bool,
) -> Result<(), InvokeError> {
    server.invoke(&functions::contacts::ToggleTopPeers { enabled }).await?.read()?;
    Ok(())
}

/// Takes somebody off the list of people to write to (`contacts.resetTopPeerRating`).
///
/// # Errors
/// [`InvokeError`]; `400 PEER_ID_INVALID`.
pub async fn reset_rating(server: &(impl Invoke + Sync + ?Sized), who: Who) -> Result<(), InvokeError> {
    let category = enums::TopPeerCategory::Correspondents(types::TopPeerCategoryCorrespondents {});
    let query = functions::contacts::ResetTopPeerRating { category, peer: who.input_peer() };
    server.invoke(&query).await?.read()?;
    Ok(())
}

/// Makes these people, and no others, the close friends (`contacts.editCloseFriends`).
///
/// # Errors
/// [`InvokeError`].
pub async fn set_close_friends(
    server: &(impl Invoke + Sync + ?Sized),
    ids: &[i64],
) -> Result<(), InvokeError> {
    server.invoke(&functions::contacts::EditCloseFriends { id: ids.to_vec() }).await?.read()?;
    Ok(())
}

/// The contacts whose birthday is yesterday, today or tomorrow (`contacts.getBirthdays`). Telegram asks not to call it
/// more often than every six hours.
///
/// # Errors
/// [`InvokeError`].
pub async fn birthdays(
    server: &(impl Invoke + Sync + ?Sized),
) -> Result<Reply<types::contacts::ContactBirthdays>, InvokeError> {
    server.invoke(&functions::contacts::GetBirthdays {}).await
}

/// Somebody's profile, with the birthday that they show and the note that we made (`users.getFullUser`).
///
/// # Errors
/// [`InvokeError`]; `400 USER_ID_INVALID`.
pub async fn profile(
    server: &(impl Invoke + Sync + ?Sized),
    who: Who,
) -> Result<Reply<types::users::UserFull>, InvokeError> {
    server.invoke(&functions::users::GetFullUser { id: who.input_user() }).await
}
