//! Calling the API: bytes in and bytes out below, types above.

use alloc::boxed::Box;
use core::pin::Pin;

use bytes::Bytes;
use thiserror::Error;
use tl_codec::{DecodeError, Function, Reply};

use crate::rpc_error::RpcError;

/// Why a call has no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// The server refused the request.
    #[error("the server refused the request: {0}")]
    Rpc(#[from] RpcError),
    /// The answer is not what the schema says.
    #[error("the answer cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// The request did not come through, or no answer came back.
    #[error("the request did not come through: {0}")]
    Transport(#[source] Box<dyn core::error::Error + Send + Sync>),
}

/// The answer to come: the body of `rpc_result`, un-gzipped, an `rpc_error` taken out.
pub type RawAnswer<'a> = Pin<Box<dyn Future<Output = Result<Bytes, InvokeError>> + Send + 'a>>;

/// Something that carries a serialised request to a server and its answer back: a connection, a takeout session, a
/// double in a test.
pub trait InvokeRaw {
    /// Sends a request, its constructor id first.
    ///
    /// # Errors
    /// [`InvokeError::Rpc`], [`InvokeError::Transport`].
    fn invoke_raw(&self, request: Bytes) -> RawAnswer<'_>;
}

/// Typed calls over anything that is [`InvokeRaw`], `dyn InvokeRaw` too.
///
/// ```
/// use bytes::Bytes;
/// use tl_api::{Invoke, InvokeRaw, RawAnswer, functions, types};
/// use tl_codec::{Constructor, Encode};
///
/// /// A server that says yes to every ping of its kind.
/// struct Yes;
///
/// impl InvokeRaw for Yes {
///     fn invoke_raw(&self, request: Bytes) -> RawAnswer<'_> {
///         assert_eq!(request[..4], functions::contacts::GetSaved::ID.to_le_bytes());
///         let saved = types::SavedPhoneContact { phone: "9996621234".into(), ..Default::default() };
///         Box::pin(async move { Ok(Bytes::from(vec![saved].to_bytes())) })
///     }
/// }
///
/// # async fn call() -> Result<(), tl_api::InvokeError> {
/// let server: &dyn InvokeRaw = &Yes;
/// let reply = server.invoke(&functions::contacts::GetSaved {}).await?;
/// for saved in &reply.read()? {
///     assert_eq!(saved.phone, "9996621234");
/// }
/// # Ok(())
/// # }
/// # let mut call = std::pin::pin!(call());
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(matches!(call.as_mut().poll(&mut context), std::task::Poll::Ready(Ok(()))));
/// ```
pub trait Invoke: InvokeRaw {
    /// Calls a method. The request is serialised at once and not borrowed by the future.
    ///
    /// # Errors
    /// As [`InvokeRaw::invoke_raw`]. The answer's bytes are checked by [`Reply::read`].
    fn invoke<'s, F: Function>(
        &'s self,
        function: &F,
    ) -> impl Future<Output = Result<Reply<F::Reply>, InvokeError>> + Send + use<'s, Self, F> {
        let answer = self.invoke_raw(Bytes::from(function.to_bytes()));
        async move { answer.await.map(Reply::new) }
    }
}

impl<T: InvokeRaw + ?Sized> Invoke for T {}

impl<T: InvokeRaw + ?Sized> InvokeRaw for &T {
    fn invoke_raw(&self, request: Bytes) -> RawAnswer<'_> {
        T::invoke_raw(self, request)
    }
}

impl<T: InvokeRaw + ?Sized> InvokeRaw for alloc::sync::Arc<T> {
    fn invoke_raw(&self, request: Bytes) -> RawAnswer<'_> {
        T::invoke_raw(self, request)
    }
}
