//! Clients that don't keep to the protocol. Each is sent away with the code that says why, and nobody else notices.

use crate::{
    harness::PATIENCE,
    stage::Stage,
    viewer::{connect, hear, message, top},
};
use app::protocol::{ClientMessage, Close, Format, MAX_MESSAGE, Unwatch};
use futures::{SinkExt, StreamExt};
use rand::RngExt;
use serde_json::json;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::tungstenite::Message;

/// The code that a socket is closed with after it has sent this.
async fn code_after(at: SocketAddr, format: Format, sent: Message) -> Option<u16> {
    let mut socket = connect(at, format.subprotocol(), &[]).await.unwrap();
    socket.send(message(format, &ClientMessage::Watch(top("orderly")))).await.unwrap();
    // Hello, watching, snapshot.
    for _ in 0..3 {
        hear(&mut socket, format).await.unwrap();
    }
    // It may be closed before all of it is sent.
    let _ = socket.send(sent).await;
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("closed in time") {
            Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}

async fn orderly(name: &'static str) -> Stage {
    let mut stage = Stage::new(name).await;
    stage.board(json!({ "id": "orderly" })).await;
    stage.viewers_of_the_top("orderly", 3);
    stage.play("orderly", 30, 30, 0..100).await;
    stage
}

async fn nobody_noticed(mut stage: Stage) {
    stage.play("orderly", 30, 30, 0..200).await;
    stage.ends_well().await;
    assert!(stage.viewers.iter().all(|viewer| viewer.record().connections == 1));
    stage.stop().await;
}

#[tokio::test]
async fn messages_of_sixteen_wrong_kinds() {
    let stage = orderly("messages_of_sixteen_wrong_kinds").await;
    let nested = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let texts = [
        "",
        "not json",
        "{}",
        "[]",
        "null",
        r#"{"watch":{}}"#,
        r#"{"watch":{"view":-1,"board":"orderly"}}"#,
        r#"{"watch":{"view":1,"board":"No Board"}}"#,
        r#"{"watch":{"view":1,"board":"orderly","from":1e3}}"#,
        r#"{"watch":{"view":1,"board":"orderly","color":"red"}}"#,
        r#"{"watch":{"view":1,"board":"orderly"},"unwatch":{"view":1}}"#,
        r#"{"follow":{"view":1,"board":"orderly","player":""}}"#,
        r#"{"dance":{"view":1}}"#,
        nested.as_str(),
    ];
    for text in texts {
        let code = code_after(stage.at, Format::Json, Message::text(text)).await;
        assert_eq!(code, Some(Close::Unexpected.code()), "{}", &text[..text.len().min(80)]);
    }
    // Messages of the other format.
    let unwatch = ClientMessage::Unwatch(Unwatch { view: 1 });
    let json = message(Format::Json, &unwatch);
    let binary = message(Format::Binary, &unwatch);
    assert_eq!(code_after(stage.at, Format::Binary, json).await, Some(Close::Unexpected.code()));
    assert_eq!(code_after(stage.at, Format::Json, binary).await, Some(Close::Unexpected.code()));
    nobody_noticed(stage).await;
}

#[tokio::test]
async fn bytes_at_random() {
    let mut stage = orderly("bytes_at_random").await;
    for _ in 0..40 {
        let length = stage.random.random_range(0..300);
        let bytes: Vec<u8> = (0..length).map(|_| stage.random.random()).collect();
        if Format::Binary.decode::<ClientMessage>(&bytes).is_err() {
            assert_eq!(
                code_after(stage.at, Format::Binary, Message::binary(bytes.clone())).await,
                Some(Close::Unexpected.code()),
                "{bytes:?}"
            );
        }
    }
    nobody_noticed(stage).await;
}

#[tokio::test]
async fn messages_that_are_too_long() {
    let stage = orderly("messages_that_are_too_long").await;
    for format in Format::ALL {
        let long = |length: usize| match format {
            Format::Json => Message::text(" ".repeat(length)),
            Format::Binary => Message::binary(vec![0; length]),
        };
        assert_eq!(code_after(stage.at, format, long(MAX_MESSAGE)).await, Some(Close::Unexpected.code()));
        assert_eq!(code_after(stage.at, format, long(MAX_MESSAGE + 1)).await, Some(Close::TooLarge.code()));
        assert_eq!(code_after(stage.at, format, long(4 * MAX_MESSAGE)).await, Some(Close::TooLarge.code()));
        // What is longer than anybody reads ends the connection, with a word or without.
        let code = code_after(stage.at, format, long(1 << 22)).await;
        assert!(code.is_none() || code == Some(Close::TooLarge.code()), "{code:?}");
    }
    nobody_noticed(stage).await;
}

#[tokio::test]
async fn frames_that_are_none() {
    let stage = orderly("frames_that_are_none").await;
    let too_long = [&[0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0][..], &[7; 256]].concat();
    let frames: [&[u8]; 8] = [
        // Reserved bits; an operation that there is none of; no mask; a control frame that is too long, and one in pieces; a continuation of
        // nothing; text that is no UTF-8; a length that is beyond everything.
        &[0xf1, 0x80, 0, 0, 0, 0],
        &[0x83, 0x80, 0, 0, 0, 0],
        &[0x81, 0x02, b'{', b'}'],
        &too_long,
        &[0x09, 0x80, 0, 0, 0, 0],
        &[0x80, 0x80, 0, 0, 0, 0],
        &[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe],
        &[0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
    ];
    for frame in frames {
        let mut raw = TcpStream::connect(stage.at).await.unwrap();
        let hello = format!(
            "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Protocol: leaderport.json.v1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            stage.at
        );
        raw.write_all(hello.as_bytes()).await.unwrap();
        raw.write_all(frame).await.unwrap();
        let mut all = Vec::new();
        timeout(PATIENCE, raw.read_to_end(&mut all)).await.unwrap_or_else(|_| panic!("{:?} is not closed in time", &frame[..2])).ok();
        assert!(all.starts_with(b"HTTP/1.1 101"), "{frame:?}");
    }
    nobody_noticed(stage).await;
}

#[tokio::test]
async fn messages_in_pieces_and_pings_are_fine() {
    use tokio_tungstenite::tungstenite::protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    };
    let mut stage = orderly("messages_in_pieces_and_pings_are_fine").await;
    let mut socket = connect(stage.at, Format::Json.subprotocol(), &[]).await.unwrap();
    let text = serde_json::to_vec(&ClientMessage::Watch(top("orderly"))).unwrap();
    let cut = stage.random.random_range(1..text.len());
    socket.send(Message::Frame(Frame::message(text[..cut].to_vec(), OpCode::Data(Data::Text), false))).await.unwrap();
    socket.send(Message::Ping(b"still there?".to_vec().into())).await.unwrap();
    socket.send(Message::Frame(Frame::message(text[cut..].to_vec(), OpCode::Data(Data::Continue), true))).await.unwrap();
    let mut kinds = Vec::new();
    while kinds.len() < 4 {
        match timeout(PATIENCE, socket.next()).await.expect("in time").unwrap().unwrap() {
            Message::Text(text) => kinds.push(text.split('"').nth(1).unwrap().to_owned()),
            Message::Pong(bytes) => kinds.push(String::from_utf8_lossy(&bytes).into_owned()),
            other => panic!("{other:?}"),
        }
    }
    kinds.sort();
    assert_eq!(kinds, ["hello", "snapshot", "still there?", "watching"]);
    nobody_noticed(stage).await;
}
