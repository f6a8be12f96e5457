use crate::harness::PATIENCE;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, Response, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::{collections::VecDeque, net::SocketAddr};
use tokio::{net::TcpStream, time::timeout};

/// A client of server-sent events.
pub struct Events {
    response: Response<Incoming>,
    text: String,
    ready: VecDeque<Event>,
}

/// One event.
#[derive(Clone, Debug, Default)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: String,
}

impl Events {
    /// Opens a stream, to go on after the event of this id.
    pub async fn open(address: SocketAddr, path: &str, last: Option<&str>) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::builder().uri(path).header("host", address.to_string());
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = sender.send_request(request.body(Empty::<Bytes>::new()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new(), ready: VecDeque::new() }
    }

    /// The next event; none when the stream ends.
    pub async fn try_next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let frame = timeout(PATIENCE, self.response.body_mut().frame()).await.expect("an event in time")?.ok()?;
            self.text.push_str(std::str::from_utf8(&frame.into_data().ok()?).unwrap());
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let mut parsed = Event::default();
                for line in event.lines() {
                    match line.split_once(": ").or_else(|| line.split_once(':')) {
                        Some(("event", name)) => parsed.name = name.to_owned(),
                        Some(("id", id)) => parsed.id = id.to_owned(),
                        Some(("data", data)) => parsed.data.push_str(data),
                        _ => {}
                    }
                }
                // A comment is no event.
                self.ready.extend((!parsed.data.is_empty()).then_some(parsed));
                self.text = rest.to_owned();
            }
        }
    }

    /// The next event.
    pub async fn next(&mut self) -> Event {
        self.try_next().await.expect("one more event")
    }
}
