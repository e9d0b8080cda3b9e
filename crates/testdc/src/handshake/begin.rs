//! Step 1: `req_pq` is answered with a nonce, a number to factorise and the names of the server's keys.

use std::sync::{Arc, Mutex, PoisonError};

use tl_codec::{Encode, Int128};

use super::{Handshakes, Host, Run, RunId, State};
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::key;

/// `resPQ#05162463 nonce:int128 server_nonce:int128 pq:bytes server_public_key_fingerprints:Vector<long> = ResPQ`
const RES_PQ: u32 = 0x0516_2463;

/// The largest prime below 2⁶³.
const PRIME_PQ: u64 = (1 << 63) - 25;

impl Handshakes {
    /// A new exchange, or the answer of the one that this nonce has begun already.
    pub(super) fn begin(&mut self, nonce: Int128, host: &Host<'_>, entropy: &mut Entropy) -> Vec<u8> {
        self.forget_old(host.now);
        if let Some(answer) = self.repeat_begin(nonce) {
            return answer;
        }
        let id = RunId { nonce, server_nonce: entropy.array() };
        let (p, q) = key::proof_of_work(entropy);
        let pq = if host.faults.strikes(&Fault::PrimePq) { PRIME_PQ } else { u64::from(p) * u64::from(q) };
        let answer = res_pq(id, pq, host, entropy);
        let answered = vec![(Vec::new(), answer.clone())];
        let run = Run { id, p, q, state: State::AwaitDhParams, answered };
        self.runs.insert(id, Arc::new(Mutex::new(run)));
        self.server_nonces.insert(nonce, id.server_nonce);
        self.by_age.push_back((host.now, id));
        answer
    }

    fn repeat_begin(&self, nonce: Int128) -> Option<Vec<u8>> {
        let server_nonce = *self.server_nonces.get(&nonce)?;
        let run =
            self.runs.get(&RunId { nonce, server_nonce })?.lock().unwrap_or_else(PoisonError::into_inner);
        run.answered.first().map(|(_, answer)| answer.clone())
    }
}

fn res_pq(id: RunId, pq: u64, host: &Host<'_>, entropy: &mut Entropy) -> Vec<u8> {
    let mut nonce = id.nonce;
    if host.faults.strikes(&Fault::WrongNonce) {
        entropy.fill(&mut nonce);
    }
    let fingerprint =
        if host.faults.strikes(&Fault::UnknownFingerprint) { entropy.long() } else { host.rsa.fingerprint() };
    let mut out = RES_PQ.to_bytes();
    nonce.encode(&mut out);
    id.server_nonce.encode(&mut out);
    pq.to_be_bytes().as_slice().encode(&mut out);
    [fingerprint].as_slice().encode(&mut out);
    out
}
