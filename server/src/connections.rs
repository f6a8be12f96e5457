//! Connections, as they come: each is served until it ends or the program does. Who opens one and then takes their time to ask for
//! something is not waited for: a few thousand of these would leave nothing for others.

use axum::{Extension, Router, extract::ConnectInfo};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{io::ErrorKind, pin::pin, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, error};

/// How long the head of a request may take, the pause since the one before included: longer than what proxies keep a connection for.
pub const HEAD: Duration = Duration::from_secs(75);
/// The pause after which connections are taken again when the system has no room for more.
const NO_ROOM: Duration = Duration::from_secs(1);

/// How many bytes may wait in the system for a client that does not read: what is newer than them could not be sent instead.
const NOT_SENT: u32 = 64 * 1024;
/// How long what was sent may stay unacknowledged: the other end is gone without a word.
const UNACKNOWLEDGED: Duration = Duration::from_secs(60);

/// Serves whoever connects, until `ending`, and then until what was begun is answered.
pub async fn serve(listener: TcpListener, router: Router, head: Duration, ending: CancellationToken) {
    let open = TaskTracker::new();
    while let Some(accepted) = ending.run_until_cancelled(listener.accept()).await {
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                no_room(&error).await;
                continue;
            }
        };
        settle(&stream);
        let service = TowerToHyperService::new(router.clone().layer(Extension(ConnectInfo(address))));
        let ending = ending.clone();
        open.spawn(async move {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(head);
            let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
            let ended = match ending.run_until_cancelled(connection.as_mut()).await {
                Some(ended) => ended,
                None => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                debug!(%error, "a connection has ended");
            }
        });
    }
    drop(listener);
    open.close();
    open.wait().await;
}

/// Waits until there may be room for connections again. One that is gone before it was taken is nothing to wait for.
async fn no_room(error: &std::io::Error) {
    if !matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) {
        error!(%error, "no connections can be taken; trying again");
        sleep(NO_ROOM).await;
    }
}

/// Sets up a connection: small frames go out at once instead of waiting for more, old ones don't pile up, and a dead end is noticed.
fn settle(stream: &TcpStream) {
    // A connection that is already gone is noticed when it is read.
    let _ = stream.set_nodelay(true);
    #[cfg(target_os = "linux")]
    {
        let socket = socket2::SockRef::from(stream);
        let _ = socket.set_tcp_notsent_lowat(NOT_SENT);
        let _ = socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    }
}
