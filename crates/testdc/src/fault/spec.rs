//! The text form of a fault: `NAME[=ARGUMENT[:ARGUMENT…]][*TIMES]`.

use std::str::FromStr;
use std::time::Duration;

use super::{BadGroup, Fault, FaultRule, MethodName, NoncePlace, Times};

/// Every form that `--fault` takes, with what it does.
pub const FAULT_FORMS: &[(&str, &str)] = &[
    ("rpc-error=METHOD:CODE:TEXT", "answer a call with an error"),
    ("flood-wait=METHOD:SECONDS", "answer a call with FLOOD_WAIT"),
    ("takeout-delay=SECONDS", "TAKEOUT_INIT_DELAY, counting down from the first refusal"),
    ("takeout-taken-over=METHOD", "another export takes over just before a call"),
    ("cut-reply=METHOD", "leave out the second half of the object in a reply"),
    ("unknown-constructor=METHOD", "put a constructor that no schema has into a reply"),
    ("broken-utf8=METHOD", "break the UTF-8 of one name in a reply"),
    ("close-in-reply=METHOD[:BYTES]", "close the connection in the middle of a reply"),
    ("duplicate=METHOD", "send the message with a reply twice"),
    ("delay=METHOD:MILLISECONDS", "send a reply late"),
    ("drop=METHOD", "do not send a reply before the client connects again"),
    ("transport-error=METHOD:CODE", "send a transport error in place of a reply, and close"),
    (
        "corrupt=METHOD[:BYTES]",
        "change one bit of the sealed message with a reply, in this byte or the middle one",
    ),
    ("refuse-wrapped=METHOD", "refuse a call inside invokeWithTakeout (INPUT_METHOD_INVALID)"),
    (
        "import-limit=COUNT",
        "save so many contacts of an import and put the rest off; none: FLOOD_WAIT of a day",
    ),
    ("split=BYTES", "send the next bytes in pieces of this size"),
    ("merge=COUNT", "hold answers back until there are so many, and send them at once"),
    ("close-at=BYTES", "close the next connection behind this byte"),
    ("stall-at=BYTES", "send nothing more on the next connection behind this byte"),
    ("wrong-salt", "refuse a message for its salt"),
    ("bad-msg=CODE", "refuse a message with a bad_msg_notification"),
    ("clock-skew=SECONDS", "a server clock that is ahead (or behind, if negative)"),
    ("dh-gen-retry", "key exchange: ask for another g_b"),
    ("dh-gen-fail", "key exchange: fail in the last step"),
    ("dh-params-fail", "key exchange: fail in the second step"),
    ("wrong-new-nonce-hash", "key exchange: a wrong hash in the last answer, or with dh-params-fail"),
    ("unknown-fingerprint", "key exchange: offer keys that nobody has"),
    ("wrong-nonce", "key exchange: answer with another nonce"),
    (
        "wrong-nonce-in=PLACE",
        "key exchange: another nonce in params-nonce, params-server-nonce, inner-nonce, inner-server-nonce, end-nonce or end-server-nonce",
    ),
    ("prime-pq", "key exchange: a number to factorise that is prime"),
    ("wrong-answer-hash", "key exchange: a wrong hash over the sealed parameters"),
    (
        "bad-dh=KIND",
        "key exchange: composite, unsafe, short, generator, generator-unknown, public-one, public-minus-one, public-small or public-large",
    ),
    ("bad-srp=KIND", "two-step verification: the same, public being srp_B"),
    ("unknown-kdf", "two-step verification: an algorithm that nobody knows"),
];

/// A text that names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultSpecError {
    /// No fault has this name.
    #[error("there is no fault `{name}`; `testdc faults` lists them")]
    UnknownName {
        /// The name.
        name: String,
    },
    /// The fault takes other arguments.
    #[error("`{name}` is written `{form}`")]
    Arguments {
        /// The fault.
        name: String,
        /// How it is written.
        form: &'static str,
    },
    /// What stands behind `*` is no number.
    #[error("`{times}` behind `*` is not a number")]
    Times {
        /// What stands there.
        times: String,
    },
}

impl FromStr for FaultRule {
    type Err = FaultSpecError;

    fn from_str(spec: &str) -> Result<Self, FaultSpecError> {
        // a star behind the last separator is a count; one directly behind `=` is a method
        let (spec, times) = match spec.rsplit_once('*') {
            Some((head, times)) if !head.ends_with('=') => (head, parse_times(times)?),
            _ => (spec, Times::Count(1)),
        };
        let (name, arguments) = spec.split_once('=').unwrap_or((spec, ""));
        let arguments = arguments.split(':').filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let form = FAULT_FORMS.iter().find(|(form, _)| form.split('=').next() == Some(name));
        let Some((form, _)) = form else {
            return Err(FaultSpecError::UnknownName { name: name.to_owned() });
        };
        let fault = parse_call_fault(name, &arguments).or_else(|| parse_link_fault(name, &arguments));
        let wrong_arguments = || FaultSpecError::Arguments { name: name.to_owned(), form };
        Ok(Self { fault: fault.ok_or_else(wrong_arguments)?, times })
    }
}

fn parse_times(times: &str) -> Result<Times, FaultSpecError> {
    if times.is_empty() {
        return Ok(Times::Always);
    }
    times.parse().map(Times::Count).map_err(|_| FaultSpecError::Times { times: times.to_owned() })
}

/// Faults of a call or its reply.
fn parse_call_fault(name: &str, arguments: &[&str]) -> Option<Fault> {
    let (method, rest) = arguments.split_first()?;
    let method = MethodName::from(*method);
    Some(match (name, rest) {
        ("rpc-error", [code, message]) => {
            Fault::RpcError { method, code: code.parse().ok()?, message: (*message).to_owned() }
        }
        ("flood-wait", [seconds]) => Fault::FloodWait { method, seconds: seconds.parse().ok()? },
        ("takeout-taken-over", []) => Fault::TakeoutTakenOver { method },
        ("cut-reply", []) => Fault::CutReply { method },
        ("unknown-constructor", []) => Fault::UnknownConstructor { method },
        ("broken-utf8", []) => Fault::BrokenUtf8 { method },
        ("close-in-reply", []) => Fault::CloseInReply { method, after_bytes: None },
        ("close-in-reply", [bytes]) => Fault::CloseInReply { method, after_bytes: Some(bytes.parse().ok()?) },
        ("duplicate", []) => Fault::Duplicate { method },
        ("delay", [millis]) => Fault::Delay { method, by: Duration::from_millis(millis.parse().ok()?) },
        ("drop", []) => Fault::Drop { method },
        ("corrupt", []) => Fault::Corrupt { method, byte: None },
        ("corrupt", [byte]) => Fault::Corrupt { method, byte: Some(byte.parse().ok()?) },
        ("refuse-wrapped", []) => Fault::RefuseWrapped { method },
        ("transport-error", [code]) => Fault::TransportError { method, code: code.parse().ok()? },
        _ => return None,
    })
}

/// Faults of the session, the clock and the key exchange.
fn parse_link_fault(name: &str, arguments: &[&str]) -> Option<Fault> {
    Some(match (name, arguments) {
        ("takeout-delay", [seconds]) => Fault::TakeoutDelay { seconds: seconds.parse().ok()? },
        ("import-limit", [contacts]) => Fault::ImportLimit { contacts: contacts.parse().ok()? },
        ("wrong-salt", []) => Fault::WrongSalt,
        ("bad-msg", [code]) => Fault::BadMsg { code: code.parse().ok()? },
        ("clock-skew", [seconds]) => Fault::ClockSkew { seconds: seconds.parse().ok()? },
        ("dh-gen-retry", []) => Fault::DhGenRetry,
        ("dh-gen-fail", []) => Fault::DhGenFail,
        ("dh-params-fail", []) => Fault::DhParamsFail,
        ("wrong-new-nonce-hash", []) => Fault::WrongNewNonceHash,
        ("unknown-fingerprint", []) => Fault::UnknownFingerprint,
        ("wrong-nonce", []) => Fault::WrongNonce,
        ("split", [bytes]) => Fault::Split { bytes: bytes.parse().ok()? },
        ("merge", [writes]) => Fault::Merge { writes: writes.parse().ok()? },
        ("close-at", [bytes]) => Fault::CloseAt { bytes: bytes.parse().ok()? },
        ("stall-at", [bytes]) => Fault::StallAt { bytes: bytes.parse().ok()? },
        ("wrong-nonce-in", [place]) => Fault::WrongNonceIn { place: word(&NoncePlace::ALL, place)? },
        ("prime-pq", []) => Fault::PrimePq,
        ("wrong-answer-hash", []) => Fault::WrongAnswerHash,
        ("bad-dh", [how]) => Fault::BadGroup { how: word(&BadGroup::WORDS, how)? },
        ("unknown-kdf", []) => Fault::UnknownKdf,
        ("bad-srp", [how]) => Fault::BadSrp { how: word(&BadGroup::WORDS, how)? },
        _ => return None,
    })
}

/// What a word stands for.
fn word<T: Copy>(words: &[(&str, T)], wanted: &str) -> Option<T> {
    words.iter().find(|(word, _)| *word == wanted).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_form_is_understood() {
        for (form, _) in FAULT_FORMS {
            let spec = form
                .replace("METHOD", "help.getConfig")
                .replace("MILLISECONDS", "5")
                .replace("SECONDS", "5")
                .replace("CODE", "-5")
                .replace("TEXT", "SOME_ERROR")
                .replace("PLACE", "end-nonce")
                .replace("KIND", "unsafe")
                .replace("COUNT", "2")
                .replace("=BYTES", "=7");
            for spec in [spec.replace("[:BYTES]", ""), spec.replace("[:BYTES]", ":7")] {
                let rule: FaultRule = spec.parse().unwrap_or_else(|error| panic!("{spec}: {error}"));
                assert_eq!(rule.times, Times::Count(1));
                let always: FaultRule = format!("{spec}*").parse().unwrap();
                assert_eq!(always, FaultRule { times: Times::Always, ..rule });
            }
        }
    }

    #[test]
    fn stars_are_a_method_or_a_count() {
        let any: FaultRule = "drop=*".parse().unwrap();
        assert_eq!(any, Fault::Drop { method: MethodName::Any }.into());
        let any_twice: FaultRule = "drop=**2".parse().unwrap();
        assert_eq!(any_twice.times, Times::Count(2));
        assert_eq!(any_twice.fault, any.fault);
        let any_flood: FaultRule = "flood-wait=*:3*".parse().unwrap();
        assert_eq!(any_flood.fault, Fault::FloodWait { method: MethodName::Any, seconds: 3 });
    }

    #[test]
    fn mistakes_are_named() {
        let error = |spec: &str| spec.parse::<FaultRule>().unwrap_err().to_string();
        assert!(error("explode").contains("no fault `explode`"));
        assert_eq!(error("delay=help.getConfig"), "`delay` is written `delay=METHOD:MILLISECONDS`");
        assert_eq!(error("wrong-salt*x"), "`x` behind `*` is not a number");
        assert!(error("wrong-salt=5").contains("is written"));
        assert!(error("bad-msg=x").contains("bad-msg=CODE"));
    }
}
