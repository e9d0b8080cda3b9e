//! Test vectors, read from `vectors/`: facts about the protocol with where they come from.

use serde_json::Value;

/// One entry of a vector file.
pub(crate) struct Vector(Value);

impl Vector {
    fn load(text: &str, name: &str) -> Self {
        let file: Value = serde_json::from_str(text).unwrap();
        Self(file.get(name).unwrap_or_else(|| panic!("no vector {name}")).clone())
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_else(|| panic!("no field {field}"))
    }

    pub(crate) fn numbers(&self, field: &str) -> Vec<i64> {
        self.0[field].as_array().unwrap().iter().map(|number| number.as_i64().unwrap()).collect()
    }

    pub(crate) fn optional_text(&self, field: &str) -> Option<&str> {
        self.0.get(field).and_then(Value::as_str)
    }

    pub(crate) fn optional_hex(&self, field: &str) -> Option<Vec<u8>> {
        self.0.get(field).is_some().then(|| self.hex(field))
    }

    pub(crate) fn list(&self, field: &str) -> Vec<Self> {
        self.0[field].as_array().unwrap().iter().cloned().map(Self).collect()
    }

    pub(crate) fn hex(&self, field: &str) -> Vec<u8> {
        let text = self.text(field);
        let text = if text.len().is_multiple_of(2) { text.to_owned() } else { format!("0{text}") };
        let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    }
}

/// A throw-away RSA key and one `RSA_PAD` made for it.
pub(crate) fn rsa_pad_with_private_key() -> Vector {
    Vector::load(include_str!("../vectors/handshake.json"), "rsa_pad_with_private_key")
}

/// First frames of each framing, and transport errors.
pub(crate) fn transports() -> Vector {
    Vector::load(include_str!("../vectors/transports.json"), "transports")
}

/// Obfuscated connections, with and without a proxy's secret.
pub(crate) fn obfuscated() -> Vec<Vector> {
    let file: Value = serde_json::from_str(include_str!("../vectors/openings.json")).unwrap();
    Vector(file).list("obfuscated2")
}

/// Both hellos of a connection that looks like TLS.
pub(crate) fn fake_tls() -> Vector {
    Vector::load(include_str!("../vectors/openings.json"), "fake_tls")
}

/// Encrypted messages in both directions.
pub(crate) fn messages() -> Vector {
    Vector::load(include_str!("../vectors/messages.json"), "messages")
}

/// The key exchange that the protocol's own page shows.
pub(crate) fn official_sample() -> Vector {
    Vector::load(include_str!("../vectors/handshake.json"), "official_sample")
}

/// Two-step verification: a published vector, and one with both sides.
pub(crate) fn srp() -> Vec<Vector> {
    let file: Value = serde_json::from_str(include_str!("../vectors/srp.json")).unwrap();
    Vector(file).list("srp")
}

/// The proof that binds a temporary key.
pub(crate) fn bind_temp_auth_key() -> Vector {
    Vector::load(include_str!("../vectors/handshake.json"), "bind_temp_auth_key")
}

/// Lists with their hashes.
pub(crate) fn list_hashes() -> Vec<Vector> {
    let file: Value = serde_json::from_str(include_str!("../vectors/list_hash.json")).unwrap();
    Vector(file).list("list_hashes")
}
