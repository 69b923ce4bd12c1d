//! Devices that break the rules. None may panic, hang or starve the one that keeps them.

use std::time::Duration;

use bytes::Bytes;
use quinn::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Device, Home, PATIENCE, connected};
use crate::bulk;
use crate::dial::dial;
use crate::frames::{self, FrameReader};
use crate::tls::{Door, Expected};
use crate::{DownReason, Event, FRAME_MAX, Lane};

/// A connection of a member that speaks raw QUIC.
async fn raw(from: &Device, to: &Device) -> Connection {
    let expected = Expected::Device(to.id());
    dial(from.endpoint.shared(), to.address(), Door::Home, expected).await.unwrap()
}

/// `device` still serves `other`.
async fn still_serves(device: &mut Device, other: &mut Device) {
    other.keep(&[device]);
    loop {
        match device.next_but_link_changed().await {
            Event::Up { device: up, .. } if up == other.id() => break,
            Event::Up { .. } | Event::Down { .. } => {}
            event => panic!("{event:?}"),
        }
    }
    other.up(device.id()).await;
    other.endpoint.send(device.id(), Bytes::from_static(b"well?")).await.unwrap();
    assert_eq!(device.frame().await, "well?");
}

#[tokio::test]
async fn connections_that_say_nothing_or_nonsense_are_closed() {
    let home = Home::default();
    let (mut victim, attacker, mut friend) = (home.member(), home.member(), home.member());
    let silent = raw(&attacker, &victim).await;
    let half = raw(&attacker, &victim).await;
    let (mut writer, _reader) = half.open_bi().await.unwrap();
    writer.write_all(&[0, 0]).await.unwrap();
    let mut closed = Vec::new();
    for nonsense in [&[0xff; 64][..], &[0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff], &[0, 1, 255, 0]] {
        let connection = raw(&attacker, &victim).await;
        let (mut writer, _reader) = connection.open_bi().await.unwrap();
        writer.write_all(nonsense).await.unwrap();
        closed.push(connection);
    }
    still_serves(&mut victim, &mut friend).await;
    for connection in closed.iter().chain([&silent, &half]) {
        timeout(PATIENCE, connection.closed()).await.expect("the victim closes it");
    }
}

#[tokio::test]
async fn a_frame_that_is_too_long_ends_the_connection_and_nothing_else() {
    let home = Home::default();
    let (mut victim, attacker, mut friend) = (home.member(), home.member(), home.member());
    let connection = raw(&attacker, &victim).await;
    let (mut writer, reader) = connection.open_bi().await.unwrap();
    let mut reader = FrameReader::new(reader, FRAME_MAX);
    // A greeting with nothing in it is a valid one.
    frames::write(&mut writer, Bytes::new()).await.unwrap();
    reader.next().await.unwrap().unwrap();
    if victim.id() < attacker.id() {
        reader.next().await.unwrap().unwrap();
    } else {
        frames::write(&mut writer, Bytes::from_static(&[8, 1])).await.unwrap();
    }
    victim.up(attacker.id()).await;
    writer.write_all(&u32::MAX.to_be_bytes()).await.unwrap();
    assert_eq!(victim.down(attacker.id()).await, DownReason::Protocol);
    still_serves(&mut victim, &mut friend).await;
}

#[tokio::test]
async fn half_open_and_countless_streams_starve_nobody() {
    let (home, a, mut b) = connected().await;
    let mut friend = home.member();
    let connection = a.endpoint.shared().links.get(b.id()).unwrap().connection.clone();
    let mut streams = Vec::new();
    for i in 0..200u8 {
        // The limit of open streams is the attacker's problem.
        let opening = timeout(Duration::from_millis(5), connection.open_bi());
        let Ok(Ok((mut writer, reader))) = opening.await else { break };
        let bytes = [&[0, 0, 0, 9][..], &[0xff; 12], &[0], &[0, 0x20, 0, 0]][usize::from(i % 4)];
        writer.write_all(bytes).await.unwrap();
        streams.push((writer, reader));
    }
    assert!(streams.len() >= 32, "{}", streams.len());
    still_serves(&mut b, &mut friend).await;
    // The attacker's own frames still come through, too.
    a.endpoint.send(b.id(), Bytes::from_static(b"still here")).await.unwrap();
    assert_eq!(b.frame().await, "still here");
}

#[tokio::test]
async fn garbage_on_the_tcp_port_is_dropped() {
    let (_home, a, mut b) = connected().await;
    let mut sockets = Vec::new();
    for garbage in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", &[22, 3, 1, 0xff, 0xff, 1], &[0; 4096]] {
        let mut socket = TcpStream::connect(b.address()).await.unwrap();
        socket.write_all(garbage).await.unwrap();
        sockets.push(socket);
    }
    let (asked, event) = tokio::join!(
        a.endpoint.fetch(b.id(), Lane::Background, Bytes::from_static(b"x")),
        b.next_but_link_changed(),
    );
    let Event::Fetch { reply, .. } = event else { panic!("{event:?}") };
    reply.finish().await.unwrap();
    assert_eq!(asked.unwrap().read_chunk().await, Ok(None));
    for mut socket in sockets {
        let closed = timeout(PATIENCE, async {
            let mut rest = Vec::new();
            // Closed or reset, both will do.
            let _closed = socket.read_to_end(&mut rest).await;
        });
        closed.await.expect("the victim closes it");
    }
}

#[tokio::test]
async fn a_stranger_gets_no_bulk_connection() {
    let (home, a, mut b) = connected().await;
    let stranger = home.stranger();
    let connection =
        dial(stranger.endpoint.shared(), b.address(), Door::Home, Expected::Device(b.id()));
    // TLS 1.3 lets a client believe in a connection before its certificate is judged.
    if let Ok(connection) = connection.await {
        timeout(PATIENCE, connection.closed()).await.expect("refused");
    }
    assert!(!bulk::is_served(&stranger.endpoint.shared().identity, b.address()).await);
    assert!(bulk::is_served(&a.endpoint.shared().identity, b.address()).await);
    b.quiet().await;
    drop(a);
}
