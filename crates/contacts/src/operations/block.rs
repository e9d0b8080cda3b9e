//! Who must not write to us.

use tl_api::{Invoke, InvokeError, enums, functions};
use tl_codec::Reply;

use super::Who;

/// How many are asked for at once.
const PAGE: i32 = 100;

/// Blocks somebody (`contacts.block`).
///
/// # Errors
/// [`InvokeError`]; `400 PEER_ID_INVALID`.
pub async fn block(server: &(impl Invoke + Sync + ?Sized), who: Who) -> Result<(), InvokeError> {
    let id = who.input_peer();
    server.invoke(&functions::contacts::Block { id, ..Default::default() }).await?.read()?;
    Ok(())
}

/// Lets somebody write again (`contacts.unblock`).
///
/// # Errors
/// [`InvokeError`]; `400 PEER_ID_INVALID`.
pub async fn unblock(server: &(impl Invoke + Sync + ?Sized), who: Who) -> Result<(), InvokeError> {
    let id = who.input_peer();
    server.invoke(&functions::contacts::Unblock { id, ..Default::default() }).await?.read()?;
    Ok(())
}

/// Everybody who is blocked, page by page (`contacts.getBlocked`).
///
/// # Errors
/// [`InvokeError`] of the first page that does not come.
pub async fn blocked(
    server: &(impl Invoke + Sync + ?Sized),
) -> Result<Vec<Reply<enums::contacts::Blocked>>, InvokeError> {
    let mut pages = Vec::new();
    let mut offset = 0;
    loop {
        let query = functions::contacts::GetBlocked { offset, limit: PAGE, ..Default::default() };
        let page = server.invoke(&query).await?;
        let (got, total) = match page.read()? {
            enums::contacts::BlockedRef::Slice(slice) => (slice.blocked.len(), slice.count),
            enums::contacts::BlockedRef::Blocked(all) => (all.blocked.len(), 0),
            _ => (0, 0),
        };
        pages.push(page);
        offset = offset.saturating_add(i32::try_from(got).unwrap_or(i32::MAX));
        if got == 0 || offset >= total {
            return Ok(pages);
        }
    }
}
