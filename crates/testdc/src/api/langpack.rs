//! `langpack.*`: translations, of which there are none. A client keeps the texts that it was built with.

use tl_codec::{DecodeError, Encode, Reader, encode_vector};

use super::Refusal;
use super::request::{Access, Answer, Method, Request};

/// `langpack.getLangPack#f2f2330a lang_pack:string lang_code:string`
const GET_LANG_PACK: u32 = 0xf2f2_330a;
/// `langpack.getDifference#cd984aa5 lang_pack:string lang_code:string from_version:int`
const GET_DIFFERENCE: u32 = 0xcd98_4aa5;
/// `langpack.getLanguage#6a596502 lang_pack:string lang_code:string`
const GET_LANGUAGE: u32 = 0x6a59_6502;
/// `langPackDifference#f385c1f6 lang_code:string from_version:int version:int strings:Vector<LangPackString>`
const LANG_PACK_DIFFERENCE: u32 = 0xf385_c1f6;

/// What is at hand has never changed.
const VERSION: i32 = 1;

pub(super) const METHODS: &[Method] = &[
    Method { id: GET_LANG_PACK, name: "langpack.getLangPack", access: Access::Introduced, call: difference },
    Method {
        id: GET_DIFFERENCE,
        name: "langpack.getDifference",
        access: Access::Introduced,
        call: difference,
    },
    Method { id: GET_LANGUAGE, name: "langpack.getLanguage", access: Access::Introduced, call: language },
];

/// No text is other than the client has it, in whatever language it asks for.
fn difference(_request: &mut Request<'_>, body: &[u8]) -> Answer {
    let (lang_code, from_version) = read(body).map_err(|_| Refusal::bad("INPUT_FETCH_FAIL"))?;
    let mut out = LANG_PACK_DIFFERENCE.to_bytes();
    lang_code.encode(&mut out);
    from_version.encode(&mut out);
    VERSION.max(from_version).encode(&mut out);
    encode_vector::<i32>(&[], &mut out);
    Ok(out)
}

fn read(body: &[u8]) -> Result<(&[u8], i32), DecodeError> {
    let mut reader = Reader::new(body);
    let id = reader.word()?;
    let (_lang_pack, lang_code) = (reader.bytes()?, reader.bytes()?);
    let from_version = if id == GET_DIFFERENCE { reader.int()? } else { 0 };
    reader.finish("langpack.getDifference")?;
    Ok((lang_code, from_version))
}

fn language(_request: &mut Request<'_>, _body: &[u8]) -> Answer {
    Err(Refusal::bad("LANG_CODE_NOT_SUPPORTED"))
}
