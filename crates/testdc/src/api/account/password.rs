//! Two-step verification: what clients are told of it, how they prove it, and how they change it (protocol,
//! "Two-factor authentication").

use tl_api::enums::{InputCheckPasswordSrpRef, PasswordKdfAlgoRef};
use tl_api::functions::account;
use tl_api::{enums, types};
use tl_codec::{Decode, DecodeError, Encode, Reader};

use crate::account::srp::{GENERATOR, Verifier};
use crate::account::{Account, Password};
use crate::api::Refusal;
use crate::api::request::{Answer, Request, read};
use crate::fault::Fault;
use crate::handshake::Parameters;
use crate::keys::{KeyRecord, Login, NewSalts};
use crate::limits::{MAX_HINT_CHARS, MAX_SALT_BYTES, SRP_LIFETIME};

/// `account.updatePasswordSettings#a59b102f password:InputCheckPasswordSRP new_settings:account.PasswordInputSettings`
pub(super) const UPDATE_SETTINGS: u32 = 0xa59b_102f;
/// `account.getPasswordSettings#9cd4eaf9 password:InputCheckPasswordSRP`
pub(super) const GET_SETTINGS: u32 = 0x9cd4_eaf9;
/// `account.passwordSettings#9a5c33e5 flags:# email:flags.0?string secure_settings:flags.1?SecureSecretSettings`
const PASSWORD_SETTINGS: u32 = 0x9a5c_33e5;
/// `account.passwordInputSettings#c23727c9 flags:# new_algo:flags.0?PasswordKdfAlgo new_password_hash:flags.0?bytes
/// hint:flags.0?string email:flags.1?string new_secure_settings:flags.2?SecureSecretSettings`
const PASSWORD_INPUT_SETTINGS: u32 = 0xc237_27c9;

/// Random bytes that a client puts behind the `salt1` that it was offered ("Two-factor authentication": 32).
const CLIENT_SALT_BYTES: usize = 32;

/// `account.getPassword`
pub(in crate::api) fn get(request: &mut Request<'_>, body: &[u8]) -> Answer {
    read::<account::GetPassword>(body)?;
    let key = request.login_key()?;
    let login = key.client().login.clone();
    let (Login::AwaitPassword(account) | Login::LoggedIn(account)) = login else {
        return Err(Refusal::unauthorized("AUTH_KEY_UNREGISTERED"));
    };
    let salts = offered_salts(request, &key);
    let mut password = types::account::Password {
        new_algo: algorithm(salts.salt1, salts.salt2, &good_group(Vec::new())),
        new_secure_algo: secure_algorithm(request.entropy.bytes(8)),
        secure_random: request.entropy.bytes(256),
        ..types::account::Password::default()
    };
    if let Some(Password { verifier, hint }) = account.password() {
        let challenge = verifier.challenge(request.entropy);
        let group = spoilt_or_good(request, challenge.public.to_vec());
        password.has_password = true;
        let is_unknown = request.centre.faults.strikes(&Fault::UnknownKdf);
        password.current_algo = Some(if is_unknown {
            enums::PasswordKdfAlgo::Unknown(types::PasswordKdfAlgoUnknown)
        } else {
            algorithm(verifier.salt1, verifier.salt2, &group)
        });
        password.srp_b = Some(group.g_a);
        password.srp_id = Some(challenge.srp_id);
        password.hint = hint;
        key.client().challenge = Some((challenge, request.now));
    }
    Ok(password.to_bytes())
}

/// The same salts until they are used: a client may ask more than once before it sends a new password.
fn offered_salts(request: &mut Request<'_>, key: &KeyRecord) -> NewSalts {
    let fresh = NewSalts { salt1: request.entropy.bytes(8), salt2: request.entropy.bytes(16) };
    key.client().new_salts.get_or_insert(fresh).clone()
}

fn good_group(srp_b: Vec<u8>) -> Parameters {
    let prime = mtproto::crypto::dh::KNOWN_PRIME.to_vec();
    Parameters { g: GENERATOR.cast_signed(), prime, g_a: srp_b }
}

/// The group that passwords are proved in, unless a fault says otherwise.
fn spoilt_or_good(request: &Request<'_>, srp_b: Vec<u8>) -> Parameters {
    let mut group = good_group(srp_b);
    let bad = |fault: &Fault| if let Fault::BadSrp { how } = fault { Some(*how) } else { None };
    if let Some(how) = request.centre.faults.take(bad) {
        group.spoil(how);
    }
    group
}

fn algorithm(salt1: Vec<u8>, salt2: Vec<u8>, group: &Parameters) -> enums::PasswordKdfAlgo {
    use types::PasswordKdfAlgoSha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow as Algorithm;
    enums::PasswordKdfAlgo::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow(Algorithm {
        salt1,
        salt2,
        g: group.g,
        p: group.prime.clone(),
    })
}

fn secure_algorithm(salt: Vec<u8>) -> enums::SecurePasswordKdfAlgo {
    let algorithm = types::SecurePasswordKdfAlgoPbkdf2Hmacsha512iter100000 { salt };
    enums::SecurePasswordKdfAlgo::Pbkdf2Hmacsha512iter100000(algorithm)
}

/// The knowledge of a password. Whatever comes of it, a challenge is used once.
///
/// # Errors
/// `400 SRP_ID_INVALID`, `PASSWORD_EMPTY`, `SRP_PASSWORD_CHANGED` or `PASSWORD_HASH_INVALID`.
pub(in crate::api) fn check_proof(
    request: &Request<'_>,
    key: &KeyRecord,
    account: &Account,
    proof: &InputCheckPasswordSrpRef<'_>,
) -> Result<(), Refusal> {
    let challenge = key.client().challenge.take();
    let InputCheckPasswordSrpRef::InputCheckPasswordSrp(proof) = proof else {
        return Err(Refusal::bad("PASSWORD_HASH_INVALID"));
    };
    let known = challenge.filter(|(challenge, made_at)| {
        challenge.srp_id == proof.srp_id && request.now.since(*made_at) < SRP_LIFETIME
    });
    let (challenge, _) = known.ok_or_else(|| Refusal::bad("SRP_ID_INVALID"))?;
    let password = account.password().ok_or_else(|| Refusal::bad("PASSWORD_EMPTY"))?;
    if password.verifier.has_replaced(&challenge) {
        return Err(Refusal::bad("SRP_PASSWORD_CHANGED"));
    }
    if !password.verifier.is_proved(&challenge, proof.a, proof.m1) {
        return Err(Refusal::bad("PASSWORD_HASH_INVALID"));
    }
    Ok(())
}

/// What a client wants to change.
struct NewSettings<'a> {
    proof: InputCheckPasswordSrpRef<'a>,
    password: Option<NewPassword<'a>>,
    email: Option<&'a [u8]>,
    /// Telegram Passport keeps its secret here; there are no documents to keep.
    has_secure_settings: bool,
}

struct NewPassword<'a> {
    algorithm: PasswordKdfAlgoRef<'a>,
    /// `g^x mod p`; empty to have no password any more.
    hash: &'a [u8],
    hint: &'a [u8],
}

impl<'a> NewSettings<'a> {
    fn read(body: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        reader.expect_id(UPDATE_SETTINGS)?;
        let proof = InputCheckPasswordSrpRef::decode(&mut reader)?;
        reader.expect_id(PASSWORD_INPUT_SETTINGS)?;
        let flags = reader.word()?;
        let password = (flags & 1 != 0).then(|| {
            let algorithm = PasswordKdfAlgoRef::decode(&mut reader)?;
            Ok(NewPassword { algorithm, hash: reader.bytes()?, hint: reader.bytes()? })
        });
        let password = password.transpose()?;
        let email = (flags & 2 != 0).then(|| reader.bytes()).transpose()?;
        let has_secure_settings = flags & 4 != 0;
        if !has_secure_settings {
            reader.finish("account.updatePasswordSettings")?;
        }
        Ok(Self { proof, password, email, has_secure_settings })
    }
}

/// `account.updatePasswordSettings`: a password is set, changed or removed. There is no mail to recover one with.
pub(super) fn update_settings(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let (account, key) = (request.logged_in()?, request.login_key()?);
    let wanted = NewSettings::read(body).map_err(|_| Refusal::bad("INPUT_FETCH_FAIL"))?;
    let has_password = account.has_password();
    if has_password {
        check_proof(request, &key, &account, &wanted.proof)?;
    }
    if wanted.email.is_some_and(|email| !email.is_empty()) {
        return Err(Refusal::bad("EMAIL_INVALID"));
    }
    if wanted.has_secure_settings {
        return Err(Refusal::bad("NEW_SETTINGS_INVALID"));
    }
    match wanted.password {
        Some(new) if !new.hash.is_empty() => {
            let password = new_password(&new, key.client().new_salts.as_ref())?;
            account.set_password(Some(password));
            key.client().new_salts = None;
        }
        Some(_) if has_password => account.set_password(None),
        None if has_password => {}
        Some(_) | None => return Err(Refusal::bad("NEW_SETTINGS_EMPTY")),
    }
    Ok(true.to_bytes())
}

fn new_password(new: &NewPassword<'_>, offered: Option<&NewSalts>) -> Result<Password, Refusal> {
    let invalid = || Refusal::bad("NEW_SETTINGS_INVALID");
    let PasswordKdfAlgoRef::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow(algorithm) = &new.algorithm
    else {
        return Err(invalid());
    };
    let group = good_group(Vec::new());
    if (algorithm.g, algorithm.p) != (group.g, group.prime.as_slice()) {
        return Err(invalid());
    }
    let is_salted = offered.is_some_and(|offered| {
        let own = algorithm.salt1.strip_prefix(offered.salt1.as_slice()).unwrap_or_default();
        (CLIENT_SALT_BYTES..=MAX_SALT_BYTES).contains(&own.len()) && algorithm.salt2 == offered.salt2
    });
    if !is_salted {
        return Err(Refusal::bad("NEW_SALT_INVALID"));
    }
    let hint = String::from_utf8_lossy(new.hint).chars().take(MAX_HINT_CHARS).collect::<String>();
    let verifier = Verifier::of_client(algorithm.salt1, algorithm.salt2, new.hash);
    Ok(Password { verifier: verifier.ok_or_else(invalid)?, hint: Some(hint).filter(|hint| !hint.is_empty()) })
}

/// `account.getPasswordSettings`: what only who knows the password is told, which is nothing.
pub(super) fn get_settings(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let (account, key) = (request.logged_in()?, request.login_key()?);
    let proof = body.get(GET_SETTINGS.encoded_len()..).unwrap_or_default();
    check_proof(request, &key, &account, &read::<InputCheckPasswordSrpRef<'_>>(proof)?)?;
    Ok([PASSWORD_SETTINGS, 0].into_iter().flat_map(u32::to_le_bytes).collect())
}
