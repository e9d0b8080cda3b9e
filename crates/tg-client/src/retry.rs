//! Which server errors are waited out, for how long, and when that ends (protocol digest, section 6.2).

use std::time::Duration;

use tl_api::RpcError;

/// How often one request is sent again because of errors on the server's side.
const MAX_SERVER_ERRORS: u32 = 5;
/// How often one request waits for a flood limit: a server that asks again and again is not obeyed for ever.
const MAX_FLOOD_WAITS: u32 = 3;
/// How often the device is introduced again for one request.
const MAX_INTRODUCTIONS: u32 = 1;
/// The first pause after a server error; each further one is twice as long at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// `WORKER_BUSY_TOO_LONG_RETRY` wants this at least.
const BUSY_PAUSE: Duration = Duration::from_secs(1);

/// A pause before a request is sent again; whoever watches the client is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pause {
    /// The server's name for the reason, like `FLOOD_WAIT`.
    pub reason: String,
    /// How long it takes.
    pub length: Duration,
}

/// `FLOOD_WAIT_X` and its kin (`FLOOD_PREMIUM_WAIT_X`, `SLOWMODE_WAIT_X`, `FLOOD_TEST_PHONE_WAIT_X`): how long the
/// server wants us to leave this method alone. `TAKEOUT_INIT_DELAY_X` is not one of them: it is never waited out here.
pub(crate) fn flood_wait(error: &RpcError) -> Option<Duration> {
    let is_flood = error.code == 420 && error.name().ends_with("_WAIT");
    error.parameter().filter(|_| is_flood).map(|secs| Duration::from_secs(u64::from(secs)))
}

/// What to do after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Send the request again after this pause.
    Wait(Duration),
    /// Introduce the device again, then send the request again.
    Introduce,
    /// Hand the error to the caller.
    GiveUp,
}

/// The tries that one request has left.
#[derive(Debug)]
pub(crate) struct Patience {
    longest_flood_wait: Duration,
    server_errors: u32,
    flood_waits: u32,
    introductions: u32,
}

impl Patience {
    pub(crate) fn new(longest_flood_wait: Duration) -> Self {
        Self { longest_flood_wait, server_errors: 0, flood_waits: 0, introductions: 0 }
    }

    /// Decides, and counts the decision.
    pub(crate) fn after(&mut self, error: &RpcError) -> Step {
        if let Some(wait) = flood_wait(error) {
            return self.flood(wait);
        }
        match (error.code, error.name()) {
            (_, "CONNECTION_NOT_INITED" | "CONNECTION_LAYER_INVALID") => {
                once_more(&mut self.introductions, MAX_INTRODUCTIONS, Step::Introduce)
            }
            // AUTH_RESTART and SIGN_IN_FAILED mean that the login starts anew, which is the user's decision
            (500, "AUTH_RESTART" | "SIGN_IN_FAILED") => Step::GiveUp,
            (500.. | ..0, name) => self.server_error(name),
            _ => Step::GiveUp,
        }
    }

    fn flood(&mut self, wait: Duration) -> Step {
        if wait > self.longest_flood_wait {
            return Step::GiveUp;
        }
        // a little more than asked: the server counts whole seconds on its own clock
        once_more(&mut self.flood_waits, MAX_FLOOD_WAITS, Step::Wait(wait + jitter(Duration::from_secs(1))))
    }

    fn server_error(&mut self, name: &str) -> Step {
        let longest = FIRST_PAUSE * 2_u32.saturating_pow(self.server_errors);
        let least = if name.starts_with("WORKER_BUSY") { BUSY_PAUSE } else { Duration::ZERO };
        once_more(&mut self.server_errors, MAX_SERVER_ERRORS, Step::Wait(least + jitter(longest)))
    }
}

fn once_more(count: &mut u32, most: u32, step: Step) -> Step {
    if *count == most {
        return Step::GiveUp;
    }
    *count += 1;
    step
}

/// Full jitter: anything from nothing to `longest`, so that many clients do not come back at the same moment.
fn jitter(longest: Duration) -> Duration {
    let mut random = [0_u8; 4];
    if getrandom::fill(&mut random).is_err() {
        return longest;
    }
    longest.mul_f64(f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i32, text: &str) -> RpcError {
        RpcError { code, message: text.to_owned() }
    }

    #[test]
    fn short_flood_waits_are_waited_out_and_long_ones_are_not() {
        let mut patience = Patience::new(Duration::from_secs(60));
        assert!(matches!(patience.after(&error(420, "FLOOD_WAIT_60")), Step::Wait(p) if p.as_secs() >= 60));
        for kin in ["FLOOD_WAIT_61", "FLOOD_PREMIUM_WAIT_61", "SLOWMODE_WAIT_61", "FLOOD_TEST_PHONE_WAIT_61"]
        {
            assert_eq!(patience.after(&error(420, kin)), Step::GiveUp);
            assert_eq!(flood_wait(&error(420, kin)), Some(Duration::from_secs(61)));
        }
        assert_eq!(
            patience.after(&error(420, "TAKEOUT_INIT_DELAY_5")),
            Step::GiveUp,
            "never waited out in silence"
        );
    }

    #[test]
    fn a_server_that_fails_for_ever_is_given_up() {
        let mut patience = Patience::new(Duration::ZERO);
        let pauses: Vec<_> =
            (0..=MAX_SERVER_ERRORS).map(|_| patience.after(&error(500, "RPC_CALL_FAIL"))).collect();
        assert!(pauses[..5].iter().all(|step| matches!(step, Step::Wait(p) if *p <= Duration::from_secs(8))));
        assert_eq!(pauses[5], Step::GiveUp);
        assert!(matches!(Patience::new(Duration::ZERO).after(&error(-503, "Timeout")), Step::Wait(_)));
    }

    #[test]
    fn a_server_that_wants_one_pause_after_the_other_is_given_up() {
        let mut patience = Patience::new(Duration::from_secs(60));
        let steps = [(); 4].map(|()| patience.after(&error(420, "FLOOD_WAIT_1")));
        assert!(steps[..3].iter().all(|step| matches!(step, Step::Wait(_))));
        assert_eq!(steps[3], Step::GiveUp);
    }

    #[test]
    fn the_callers_errors_are_handed_over_at_once() {
        let mut patience = Patience::new(Duration::from_secs(60));
        for (code, text) in [(400, "PHONE_CODE_INVALID"), (401, "SESSION_REVOKED"), (403, "TAKEOUT_REQUIRED")]
        {
            assert_eq!(patience.after(&error(code, text)), Step::GiveUp);
        }
        assert_eq!(patience.after(&error(400, "CONNECTION_NOT_INITED")), Step::Introduce);
        assert_eq!(patience.after(&error(400, "CONNECTION_NOT_INITED")), Step::GiveUp);
    }
}
