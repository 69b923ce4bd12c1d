//! Pairing: with the right code, the wrong one, too late, and with someone in between.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{Connection, ServerConfig};
use tokio::task::JoinHandle;

use super::{Device, Home};
use crate::dial::dial;
use crate::tls::{self, Door, Expected};
use crate::{Event, Identity, InviteEnd, JoinError, Welcome};

const CODE: &str = "12345678";
const LONG: Duration = Duration::from_secs(600);

fn devices() -> (Device, Device) {
    let home = Home::default();
    (home.member(), home.stranger())
}

async fn join(device: &Device, code: &str, address: SocketAddr) -> Result<Welcome, JoinError> {
    device.endpoint.join(code, &[address], Bytes::from_static(b"let me in")).await
}

/// Lets the first one in who knows the code; how the invitation ended.
fn let_in(mut device: Device) -> JoinHandle<(InviteEnd, Device)> {
    tokio::spawn(async move {
        loop {
            match device.next().await {
                Event::Joining { introduction, answer, .. } => {
                    assert_eq!(introduction, "let me in");
                    answer.send(Bytes::from_static(b"welcome")).unwrap();
                }
                Event::InviteEnded { end } => return (end, device),
                Event::LinkChanged => {}
                event => panic!("{event:?}"),
            }
        }
    })
}

#[tokio::test]
async fn who_knows_the_code_is_let_in_once() {
    let (inviter, joiner) = devices();
    let (id, address) = (inviter.id(), inviter.address());
    inviter.endpoint.invite(CODE, LONG, 3).unwrap();
    let ended = let_in(inviter);
    let welcome = join(&joiner, "1234 5678", address).await.unwrap();
    assert_eq!(welcome, Welcome { device: id, address, answer: Bytes::from_static(b"welcome") });
    let (end, _inviter) = ended.await.unwrap();
    assert_eq!(end, InviteEnd::Joined(joiner.id()));
    assert_eq!(join(&joiner, CODE, address).await, Err(JoinError::Ended));
}

#[tokio::test]
async fn a_wrong_code_costs_a_try_and_the_third_ends_it() {
    let (inviter, joiner) = devices();
    let address = inviter.address();
    inviter.endpoint.invite(CODE, LONG, 3).unwrap();
    let ended = let_in(inviter);
    assert_eq!(join(&joiner, "1234567", address).await, Err(JoinError::Malformed));
    assert_eq!(join(&joiner, "12345679", address).await, Err(JoinError::WrongCode));
    assert_eq!(join(&joiner, "00000000", address).await, Err(JoinError::WrongCode));
    assert_eq!(join(&joiner, "99999999", address).await, Err(JoinError::NoTriesLeft));
    assert_eq!(join(&joiner, CODE, address).await, Err(JoinError::NoTriesLeft));
    let (end, _inviter) = ended.await.unwrap();
    assert_eq!(end, InviteEnd::NoTriesLeft);
}

#[tokio::test]
async fn after_two_wrong_codes_the_right_one_still_works() {
    let (inviter, joiner) = devices();
    let address = inviter.address();
    inviter.endpoint.invite(CODE, LONG, 3).unwrap();
    let ended = let_in(inviter);
    for wrong in ["12345679", "00000000"] {
        assert_eq!(join(&joiner, wrong, address).await, Err(JoinError::WrongCode));
    }
    join(&joiner, CODE, address).await.unwrap();
    assert_eq!(ended.await.unwrap().0, InviteEnd::Joined(joiner.id()));
}

#[tokio::test]
async fn a_code_expires() {
    let (mut inviter, joiner) = devices();
    inviter.endpoint.invite(CODE, Duration::from_millis(300), 3).unwrap();
    match inviter.next_but_link_changed().await {
        Event::InviteEnded { end } => assert_eq!(end, InviteEnd::Expired),
        event => panic!("{event:?}"),
    }
    assert_eq!(join(&joiner, CODE, inviter.address()).await, Err(JoinError::Expired));
}

#[tokio::test]
async fn without_an_invitation_nobody_gets_past_tls() {
    let (mut inviter, joiner) = devices();
    assert_eq!(join(&joiner, CODE, inviter.address()).await, Err(JoinError::NotInviting));
    inviter.endpoint.invite(CODE, LONG, 3).unwrap();
    inviter.endpoint.cancel_invite();
    let event = inviter.next_but_link_changed().await;
    assert!(matches!(event, Event::InviteEnded { end: InviteEnd::Cancelled }), "{event:?}");
    assert_eq!(join(&joiner, CODE, inviter.address()).await, Err(JoinError::Ended));
}

#[tokio::test]
async fn where_nobody_is_nobody_is_found() {
    let (inviter, joiner) = devices();
    let address = inviter.address();
    drop(inviter);
    assert_eq!(join(&joiner, CODE, address).await, Err(JoinError::NotFound));
    let nowhere = joiner.endpoint.join(CODE, &[], Bytes::new()).await;
    assert_eq!(nowhere, Err(JoinError::NotFound));
}

#[tokio::test]
async fn a_device_that_is_turned_away_hears_it() {
    let (mut inviter, joiner) = devices();
    let address = inviter.address();
    inviter.endpoint.invite(CODE, LONG, 3).unwrap();
    let turning = tokio::spawn(async move {
        let event = inviter.next_but_link_changed().await;
        let Event::Joining { answer, .. } = event else { panic!("{event:?}") };
        drop(answer);
        inviter.next_but_link_changed().await
    });
    assert_eq!(join(&joiner, CODE, address).await, Err(JoinError::Refused));
    let event = turning.await.unwrap();
    let end = InviteEnd::Interrupted(joiner.id());
    assert!(matches!(event, Event::InviteEnded { end: seen } if seen == end), "{event:?}");
}

#[tokio::test]
async fn a_new_invitation_takes_the_place_of_the_old_one() {
    let (mut inviter, joiner) = devices();
    let address = inviter.address();
    inviter.endpoint.invite(CODE, LONG, 3).unwrap();
    inviter.endpoint.invite("87654321", LONG, 3).unwrap();
    let event = inviter.next_but_link_changed().await;
    assert!(matches!(event, Event::InviteEnded { end: InviteEnd::Replaced }), "{event:?}");
    let ended = let_in(inviter);
    assert_eq!(join(&joiner, CODE, address).await, Err(JoinError::WrongCode));
    join(&joiner, "87654321", address).await.unwrap();
    ended.await.unwrap();
}

#[tokio::test]
async fn who_relays_between_two_tls_connections_of_its_own_is_found_out() {
    let (inviter, joiner) = devices();
    let address = inviter.address();
    inviter.endpoint.invite(CODE, LONG, 3).unwrap();
    let ended = let_in(inviter);
    let middle = Home::default().member();
    let front = middleman(&middle, address, Door::Pairing);
    for wanted in [JoinError::WrongCode, JoinError::WrongCode, JoinError::NoTriesLeft] {
        assert_eq!(join(&joiner, CODE, front).await, Err(wanted));
    }
    assert_eq!(ended.await.unwrap().0, InviteEnd::NoTriesLeft);
}

/// Takes pairing connections under its own key and passes everything on to `to`; where it does.
pub(super) fn middleman(device: &Device, to: SocketAddr, door: Door) -> SocketAddr {
    let identity = Identity::generate().unwrap();
    let tls = tls::server(&identity, Arc::new(Home::default()), &[door]).unwrap();
    let config = ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls).unwrap()));
    let front = quinn::Endpoint::server(config, ([127, 0, 0, 1], 0).into()).unwrap();
    let address = front.local_addr().unwrap();
    let endpoint = device.endpoint.clone();
    tokio::spawn(async move {
        while let Some(incoming) = front.accept().await {
            let near = incoming.await.unwrap();
            let far = dial(endpoint.shared(), to, door, Expected::Anyone).await.unwrap();
            tokio::spawn(pass_on(near, far));
        }
    });
    address
}

async fn pass_on(near: Connection, far: Connection) {
    let (mut to_near, mut from_near) = near.accept_bi().await.unwrap();
    let (mut to_far, mut from_far) = far.open_bi().await.unwrap();
    let forth = async {
        while let Ok(Some(chunk)) = from_near.read_chunk(4096, true).await {
            to_far.write_chunk(chunk.bytes).await.unwrap();
        }
    };
    let back = async {
        while let Ok(Some(chunk)) = from_far.read_chunk(4096, true).await {
            to_near.write_chunk(chunk.bytes).await.unwrap();
        }
    };
    tokio::join!(forth, back);
}
