//! What is meant by the arguments: which server, whose application, which session file.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use tg_client::{ApiCredentials, DeviceInfo, ServerState};

use super::arguments::{Credentials, Server};
use super::failure::Failure;
use super::prompt;

/// The server that was named, if one was.
pub(super) fn server(server: &Server) -> Result<Option<ServerState>, Failure> {
    if server.test_dc {
        return Ok(Some(ServerState::test()));
    }
    let (Some(dc), Some(key_path)) = (server.dc.first(), &server.rsa_key) else {
        return Ok(None);
    };
    let (dc_id, address) = data_centre(dc)?;
    let rsa_key_pem =
        fs::read_to_string(key_path).map_err(|source| Failure::Input { path: key_path.clone(), source })?;
    Ok(Some(ServerState::Custom { dc_id, address, rsa_key_pem }))
}

/// Where the data centres are that were named.
pub(super) fn dc_addresses(server: &Server) -> Result<BTreeMap<i32, String>, Failure> {
    server.dc.iter().map(|dc| data_centre(dc)).collect()
}

fn data_centre(dc: &str) -> Result<(i32, String), Failure> {
    let parts = dc.split_once('=').and_then(|(id, address)| Some((id.parse().ok()?, address.to_owned())));
    parts.filter(|(_, address)| address.contains(':')).ok_or_else(|| Failure::Usage {
        what: format!("--dc wants ID=HOST:PORT, like 2=127.0.0.1:4430, not {dc}"),
    })
}

/// What only a login needs: asked for where it is not given.
pub(super) async fn credentials(given: Credentials) -> Result<ApiCredentials, Failure> {
    let api_id = api_id(given.api_id).await?;
    let api_hash = match given.api_hash {
        Some(api_hash) => api_hash,
        None => prompt::secret("api_hash: ", "--api-hash").await?,
    };
    Ok(ApiCredentials { api_id, api_hash })
}

/// The application that speaks.
pub(super) async fn api_id(given: Option<i32>) -> Result<i32, Failure> {
    const WHERE: &str = "(from https://my.telegram.org, API development tools; use your own: borrowed ones get accounts banned)";
    if let Some(api_id) = given {
        return Ok(api_id);
    }
    let typed = prompt::line(format!("api_id {WHERE}: "), "--api-id").await?;
    typed.parse().map_err(|_| Failure::Usage { what: "api_id is a number".to_owned() })
}

/// The first line of a file that holds a secret.
pub(super) fn secret_file(path: PathBuf) -> Result<SecretString, Failure> {
    let text = fs::read_to_string(&path).map(Zeroizing::new);
    let text = text.map_err(|source| Failure::Input { path, source })?;
    Ok(SecretString::from(text.lines().next().unwrap_or_default()))
}

/// How the session is called in Telegram's list of devices.
pub(super) fn device() -> DeviceInfo {
    let language = env::var("LANG").ok().and_then(|lang| lang.get(..2).map(str::to_ascii_lowercase));
    let is_code = |code: &String| code.bytes().all(|byte| byte.is_ascii_lowercase());
    DeviceInfo {
        device_model: "takeout-export".to_owned(),
        system_version: format!("{} {}", env::consts::OS, env::consts::ARCH),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        lang_code: language.filter(is_code).unwrap_or_else(|| "en".to_owned()),
    }
}
