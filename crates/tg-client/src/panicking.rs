//! A panic in somebody's work, held back until what was opened for it is closed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

/// Why the work came to no result.
pub(crate) type Panic = Box<dyn Any + Send>;

/// The work's result, or the panic that ended it. The work is not polled again after a panic, so nobody sees the state
/// that it left behind.
pub(crate) async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Panic> {
    let mut work = Box::pin(work);
    std::future::poll_fn(move |context| {
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}
