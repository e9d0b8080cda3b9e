//! Happy Eyeballs (RFC 8305): a server with several addresses is reached as fast as its best one.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::io::Error;

/// "Connection Attempt Delay" (RFC 8305, section 5): how long an address is waited for before the next one is tried
/// beside it.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// The order in which addresses are tried: the one that answered last, then by turns IPv6 and IPv4 (RFC 8305, section 4).
pub(in crate::io) fn order(addresses: &[SocketAddr], preferred: Option<SocketAddr>) -> Vec<SocketAddr> {
    let preferred = preferred.filter(|address| addresses.contains(address));
    let others = || addresses.iter().copied().filter(move |address| Some(*address) != preferred);
    let (mut v6, mut v4) = (others().filter(SocketAddr::is_ipv6), others().filter(SocketAddr::is_ipv4));
    let mut order: Vec<_> = preferred.into_iter().collect();
    loop {
        let pair = [v6.next(), v4.next()];
        if pair == [None, None] {
            return order;
        }
        order.extend(pair.into_iter().flatten());
    }
}

/// The first of the addresses to which `connect` succeeds; the attempts that are still under way are given up.
///
/// # Errors
/// The error that came last, or [`Error::NoAddress`].
pub(in crate::io) async fn first<T, F>(
    order: Vec<SocketAddr>,
    connect: impl Fn(SocketAddr) -> F,
) -> Result<(T, SocketAddr), Error>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
{
    let mut waiting = order.into_iter();
    let mut attempts = JoinSet::new();
    let mut last_error = Error::NoAddress;
    loop {
        if let Some(address) = waiting.next() {
            let attempt = connect(address);
            attempts.spawn(async move { (attempt.await, address) });
        }
        tokio::select! {
            ended = attempts.join_next() => match ended {
                None => return Err(last_error),
                Some(Ok((Ok(connected), address))) => return Ok((connected, address)),
                // the next address is tried at once
                Some(Ok((Err(error), address))) => {
                    tracing::debug!(%address, %error, "no connection");
                    last_error = error;
                }
                // the runtime is shutting down
                Some(Err(_)) => last_error = Error::Closed,
            },
            () = sleep(ATTEMPT_DELAY), if waiting.len() > 0 => {}
        }
    }
}

#[cfg(test)]
#[cfg(feature = "test-util")]
mod tests {
    use tokio::time::Instant;

    use super::*;

    const V4: &str = "192.0.2.1:443";
    const OTHER_V4: &str = "192.0.2.2:443";
    const V6: &str = "[2001:db8::1]:443";

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn families_take_turns_behind_the_address_that_answered_last() {
        let all = addresses(&[V4, OTHER_V4, V6]);
        assert_eq!(order(&all, None), addresses(&[V6, V4, OTHER_V4]));
        assert_eq!(order(&all, Some(all[1])), addresses(&[OTHER_V4, V6, V4]));
        assert_eq!(order(&all[..1], Some(all[1])), addresses(&[V4]), "an address that is no longer listed");
        assert!(order(&[], None).is_empty());
    }

    /// Answers after so many milliseconds of virtual time, or never; `None` refuses.
    async fn race(plan: &'static [(&'static str, Option<u64>)]) -> (Option<String>, Duration) {
        let started = Instant::now();
        let connect = move |address: SocketAddr| async move {
            let planned = plan.iter().find(|(text, _)| address == text.parse().unwrap()).unwrap();
            match planned.1 {
                Some(millis) => sleep(Duration::from_millis(millis)).await,
                None => return Err(Error::Closed),
            }
            Ok(())
        };
        let texts: Vec<_> = plan.iter().map(|(text, _)| *text).collect();
        let winner = first(addresses(&texts), connect).await.ok().map(|((), address)| address.to_string());
        (winner, started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_address_does_not_hold_up_the_next_one() {
        let millis = Duration::from_millis;
        let won = |text: &str, at| (Some(text.to_owned()), millis(at));
        assert_eq!(race(&[(V6, Some(200)), (V4, Some(1))]).await, won(V6, 200), "quick enough");
        assert_eq!(race(&[(V6, Some(60_000)), (V4, Some(30))]).await, won(V4, 280), "beside it after 250 ms");
        assert_eq!(
            race(&[(V6, Some(300)), (V4, Some(100))]).await,
            won(V6, 300),
            "the first is not given up"
        );
        assert_eq!(
            race(&[(V6, None), (V4, Some(30))]).await,
            won(V4, 30),
            "a refusal starts the next at once"
        );
        assert_eq!(
            race(&[(V6, Some(60_000)), (V4, Some(60_000)), (OTHER_V4, Some(10))]).await,
            won(OTHER_V4, 510)
        );
        assert_eq!(race(&[(V6, None), (V4, None)]).await, (None, Duration::ZERO));
        assert_eq!(race(&[]).await, (None, Duration::ZERO));
    }
}
