//! `takeout-export whoami`

use serde_json::json;
use tg_client::{Client, ClientError};
use tl_api::{Invoke, enums, functions, types};

use super::arguments::accounts::WhoAmI;
use super::connection;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::output;
use super::summary::Outcome;
use super::told::Told;

/// The account, as Telegram says it.
pub(super) struct Me {
    pub(super) user_id: i64,
    name: String,
    username: Option<String>,
    phone: Option<String>,
}

/// Connects and asks who is logged in.
pub(super) async fn run(whoami: WhoAmI, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let client = connection::resume(whoami.session, &whoami.server, interrupt).await?;
    let me = interrupt.or(ask(&client)).await?;
    connection::close(&client).await;
    let Me { user_id, name, username, phone } = me?;
    let username_text = username.as_ref().map(|username| format!(", @{username}")).unwrap_or_default();
    let phone_text = phone.as_ref().map(|phone| format!(", +{phone}")).unwrap_or_default();
    let shown = output::plain(&name);
    let text = format!("{shown} (account {user_id}){username_text}{phone_text}");
    let value = json!({
        "result": "whoami", "user_id": user_id, "name": name, "username": username, "phone": phone,
    });
    Ok(Told::outcome(text, value))
}

/// One call that only reads: the account itself.
pub(super) async fn ask(client: &Client) -> Result<Me, Failure> {
    let request = functions::users::GetUsers { id: vec![types::InputUserSelf {}.into()] };
    let failure = |error: ClientError| Failure::Client(error);
    let reply = client.invoke(&request).await.map_err(|error| failure(error.into()))?;
    let users = reply.read().map_err(|error| failure(error.into()))?;
    let Some(enums::UserRef::User(user)) = users.iter().next() else {
        return Err(Failure::NotLoggedIn(None));
    };
    let text = |text: Option<tl_codec::Str<'_>>| text.map(|text| text.to_str_lossy().into_owned());
    let names = [text(user.first_name), text(user.last_name)].into_iter().flatten();
    Ok(Me {
        user_id: user.id,
        name: names.collect::<Vec<_>>().join(" "),
        username: text(user.username),
        phone: text(user.phone),
    })
}
