//! Lines in, lines out.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::command;
use crate::control::{Control, Order};
use crate::limits::{ACCEPT_PAUSE, MAX_ADMIN_CONNECTIONS, MAX_ADMIN_LINE_BYTES};

/// Takes commands until the server stops. A dropped connection is a client's, not one of these.
pub(crate) async fn serve(listener: TcpListener, control: Control) {
    let mut orders = control.orders();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            order = orders.next() => if order == Order::Stop { break },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if connections.len() < MAX_ADMIN_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, control.clone()));
                }
                Err(error) => {
                    tracing::debug!(%error, "accept");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
    // whoever ordered the end gets its answer
    while connections.join_next().await.is_some() {}
}

/// Serves one connection: until it ends, or the server does.
async fn converse(stream: TcpStream, control: Control) {
    tokio::select! {
        biased;
        ended = answer_lines(stream, &control) => if let Err(error) = ended {
            tracing::debug!(%error, "admin connection");
        },
        () = control.stopped() => {}
    }
}

async fn answer_lines(stream: TcpStream, control: &Control) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut stream).take(MAX_ADMIN_LINE_BYTES).read_until(b'\n', &mut line).await?;
        if line.pop() != Some(b'\n') {
            return Ok(());
        }
        let mut answer = command::answer(control, &line);
        answer.push('\n');
        stream.write_all(answer.as_bytes()).await?;
    }
}
