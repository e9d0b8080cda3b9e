//! The commands and their answers.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::{Control, ControlError, Revocation, RevocationError};
use crate::fault::{FaultRule, FaultSpecError};

/// Every command, as it is written.
pub const FORMS: &[&str] = &[
    r#"{"do":"fault","spec":"NAME=ARGUMENTS*TIMES"}"#,
    r#"{"do":"clear_faults"}"#,
    r#"{"do":"drop_connections"}"#,
    r#"{"do":"connections"}"#,
    r#"{"do":"rotate_salts"}"#,
    r#"{"do":"state","phone":"DIGITS"}"#,
    r#"{"do":"accept_login_token","token":"BASE64URL","phone":"DIGITS"}"#,
    r#"{"do":"push","phone":"DIGITS","text":"TEXT"}"#,
    r#"{"do":"move_account","phone":"DIGITS","dc":NUMBER}"#,
    r#"{"do":"allow_takeout","phone":"DIGITS"}"#,
    r#"{"do":"deny_takeout","phone":"DIGITS"}"#,
    r#"{"do":"revoke","phone":"DIGITS","how":"unregistered|revoked|deactivated|banned|frozen|duplicated|restored"}"#,
    r#"{"do":"stop"}"#,
];

// the empty braces make fields that do not belong there an error
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    Fault { spec: String },
    ClearFaults {},
    DropConnections {},
    Connections {},
    RotateSalts {},
    State { phone: String },
    AcceptLoginToken { token: String, phone: String },
    Push { phone: String, text: String },
    MoveAccount { phone: String, dc: i32 },
    AllowTakeout { phone: String },
    DenyTakeout { phone: String },
    Revoke { phone: String, how: String },
    Stop {},
}

/// Why a command is not carried out.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error("not a command: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error(transparent)]
    Fault(#[from] FaultSpecError),
    #[error(transparent)]
    How(#[from] RevocationError),
    #[error(transparent)]
    Control(#[from] ControlError),
}

/// Carries out one line and gives the line that answers it.
pub(super) fn answer(control: &Control, line: &[u8]) -> String {
    let outcome =
        serde_json::from_slice(line).map_err(CommandError::from).and_then(|command| run(control, command));
    let answer = match outcome {
        Ok(Value::Object(mut told)) => {
            told.insert("ok".to_owned(), Value::Bool(true));
            Value::Object(told)
        }
        Ok(_) => json!({ "ok": true }),
        Err(error) => json!({ "ok": false, "error": error.to_string() }),
    };
    answer.to_string()
}

fn run(control: &Control, command: Command) -> Result<Value, CommandError> {
    Ok(match command {
        Command::Fault { spec } => {
            control.add_fault(spec.parse::<FaultRule>()?)?;
            Value::Null
        }
        Command::ClearFaults {} => {
            control.clear_faults();
            Value::Null
        }
        Command::DropConnections {} => {
            control.drop_connections();
            Value::Null
        }
        Command::Connections {} => json!({ "connections": control.connections() }),
        Command::RotateSalts {} => {
            control.rotate_salts();
            Value::Null
        }
        Command::State { phone } => serde_json::to_value(control.state(&phone)?)?,
        Command::AcceptLoginToken { token, phone } => {
            control.accept_login_token(&token, &phone)?;
            Value::Null
        }
        Command::Push { phone, text } => json!({ "sessions": control.push(&phone, &text)? }),
        Command::MoveAccount { phone, dc } => {
            control.move_account(&phone, dc)?;
            Value::Null
        }
        Command::AllowTakeout { phone } => json!({ "requests": control.allow_takeout(&phone)? }),
        Command::DenyTakeout { phone } => json!({ "requests": control.deny_takeout(&phone)? }),
        Command::Revoke { phone, how } => {
            json!({ "sessions": control.revoke(&phone, how.parse::<Revocation>()?)? })
        }
        Command::Stop {} => {
            control.stop();
            Value::Null
        }
    })
}
