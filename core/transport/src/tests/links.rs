//! Connections: who gets one, which one stays, how it ends.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Device, Home, PATIENCE, connected};
use crate::endpoint::GOODBYE_TIME;
use crate::{BYTES_QUEUED_MAX, DownReason, Event, FRAME_MAX, Identity, SendError};

#[tokio::test]
async fn members_connect_and_hear_each_others_hello() {
    let home = Home::default();
    let (mut a, mut b) = home.pair();
    a.keep(&[&b]);
    assert_eq!(a.up(b.id()).await, format!("I am {}", b.id()));
    assert_eq!(b.up(a.id()).await, format!("I am {}", a.id()));
    let links = a.endpoint.links();
    assert_eq!((links.len(), links[0].device, links[0].address), (1, b.id(), b.address()));
}

#[tokio::test]
async fn frames_arrive_whole_and_in_order() {
    let (_home, mut a, mut b) = connected().await;
    let frames: Vec<Bytes> =
        [0, 1, 5000, FRAME_MAX].iter().map(|&length| Bytes::from(vec![7; length])).collect();
    for frame in &frames {
        a.endpoint.send(b.id(), frame.clone()).await.unwrap();
        b.endpoint.send(a.id(), frame.clone()).await.unwrap();
    }
    for frame in &frames {
        assert_eq!(b.frame().await, frame);
        assert_eq!(a.frame().await, frame);
    }
    let long = Bytes::from(vec![0; FRAME_MAX + 1]);
    assert_eq!(a.endpoint.try_send(b.id(), long), Err(SendError::TooLong(FRAME_MAX + 1)));
}

#[tokio::test]
async fn a_small_frame_takes_about_a_millisecond() {
    let (_home, mut a, mut b) = connected().await;
    let start = Instant::now();
    let rounds = 50;
    for _ in 0..rounds {
        a.endpoint.send(b.id(), Bytes::from_static(b"ping")).await.unwrap();
        b.frame().await;
        b.endpoint.send(a.id(), Bytes::from_static(b"pong")).await.unwrap();
        a.frame().await;
    }
    // Far above what it takes, for machines that are busy with other tests.
    assert!(start.elapsed() / rounds < Duration::from_millis(50), "{:?}", start.elapsed());
}

#[tokio::test]
async fn of_two_connections_dialled_at_once_one_stays() {
    for _ in 0..8 {
        let home = Home::default();
        let (mut a, mut b) = home.pair();
        a.keep(&[&b]);
        b.keep(&[&a]);
        a.up(b.id()).await;
        b.up(a.id()).await;
        a.endpoint.send(b.id(), Bytes::from_static(b"from a")).await.unwrap();
        b.endpoint.send(a.id(), Bytes::from_static(b"from b")).await.unwrap();
        assert_eq!(b.frame().await, "from a");
        assert_eq!(a.frame().await, "from b");
        a.quiet().await;
        b.quiet().await;
        assert_eq!((a.endpoint.links().len(), b.endpoint.links().len()), (1, 1));
    }
}

#[tokio::test]
async fn two_computers_with_one_key_do_not_take_over_from_each_other_for_ever() {
    for holders_decide in [false, true] {
        let home = Home::default();
        let key = Identity::generate().unwrap();
        let holder = || Device::new(Identity::from_pkcs8(key.pkcs8()).unwrap(), home.clone());
        let (mut first, mut second) = (holder(), holder());
        let id = first.id();
        home.admit(id);
        let mut other = home.member();
        while (id < other.id()) != holders_decide {
            other = home.member();
        }
        first.keep(&[&other]);
        first.up(other.id()).await;
        other.up(id).await;
        second.keep(&[&other]);
        second.up(other.id()).await;
        assert_eq!(first.down(other.id()).await, DownReason::Replaced);
        other.down(id).await;
        other.up(id).await;
        other.quiet().await;
        second.quiet().await;
        second.endpoint.close().await;
        other.down(id).await;
        // The first tries again and again, ever more rarely.
        other.up(id).await;
        first.up(other.id()).await;
    }
}

#[tokio::test]
async fn three_devices_all_connect() {
    let home = Home::default();
    let mut devices = [home.member(), home.member(), home.member()];
    for i in 0..3 {
        let others: Vec<&Device> = (0..3).filter(|&j| j != i).map(|j| &devices[j]).collect();
        devices[i].keep(&others);
    }
    for device in &mut devices {
        for _ in 0..2 {
            assert!(matches!(device.next_but_link_changed().await, Event::Up { .. }));
        }
        device.quiet().await;
    }
}

#[tokio::test]
async fn a_stranger_is_refused_inside_the_handshake() {
    let home = Home::default();
    let mut member = home.member();
    let mut stranger = home.stranger();
    // The stranger takes the member for one of its own.
    stranger.keep(&[&member]);
    stranger.quiet().await;
    member.quiet().await;
    // And is let in as soon as it belongs to the home.
    home.admit(stranger.id());
    stranger.up(member.id()).await;
    member.up(stranger.id()).await;
}

#[tokio::test]
async fn who_answers_at_an_address_must_be_who_was_meant() {
    let home = Home::default();
    let (mut a, b) = home.pair();
    let mut other = home.member();
    a.endpoint.keep(vec![(b.id(), vec![other.address()])]);
    a.quiet().await;
    other.quiet().await;
}

#[tokio::test]
async fn a_removed_device_is_cut_at_once_and_stays_out() {
    let (home, mut a, mut b) = connected().await;
    home.remove(b.id());
    a.endpoint.cut(b.id());
    assert_eq!(a.down(b.id()).await, DownReason::Cut);
    assert_eq!(b.down(a.id()).await, DownReason::Refused);
    b.keep(&[&a]);
    a.quiet().await;
    b.quiet().await;
    assert_eq!(a.endpoint.try_send(b.id(), Bytes::new()), Err(SendError::Down));
}

#[tokio::test]
async fn a_device_that_leaves_is_noticed_at_once() {
    let (_home, mut a, b) = connected().await;
    let start = Instant::now();
    b.endpoint.close().await;
    assert_eq!(a.down(b.id()).await, DownReason::Left);
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn who_leaves_waits_for_no_answer_from_a_device_that_was_only_dialled() {
    let home = Home::default();
    let (a, b) = (home.member(), home.member());
    b.endpoint.pretend_death();
    a.keep(&[&b]);
    // Until it is dialling.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let left = tokio::time::timeout(GOODBYE_TIME / 2, a.endpoint.close()).await;
    assert!(left.is_ok(), "the goodbye waits for who never answered");
}

#[tokio::test]
async fn a_device_started_again_replaces_its_dead_connection_at_once() {
    let home = Home::default();
    let mut a = home.member();
    let key = Identity::generate().unwrap();
    let pkcs8 = key.pkcs8().to_vec();
    home.admit(key.device());
    let mut b = Device::new(key, home.clone());
    b.keep(&[&a]);
    a.up(b.id()).await;
    b.up(a.id()).await;
    // As if killed: nothing is said, and the first connection never answers again.
    b.endpoint.pretend_death();
    let mut again = Device::new(Identity::from_pkcs8(&pkcs8).unwrap(), home.clone());
    let start = Instant::now();
    again.keep(&[&a]);
    assert_eq!(a.down(b.id()).await, DownReason::Replaced);
    a.up(again.id()).await;
    again.up(a.id()).await;
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    a.endpoint.send(again.id(), Bytes::from_static(b"again")).await.unwrap();
    assert_eq!(again.frame().await, "again");
}

#[tokio::test]
async fn a_device_that_fell_silent_is_noticed() {
    let (_home, mut a, b) = connected().await;
    let start = Instant::now();
    b.endpoint.pretend_death();
    assert_eq!(a.down(b.id()).await, DownReason::Silent);
    assert!(start.elapsed() < Duration::from_secs(19), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_device_is_dialled_again_when_it_comes_back() {
    let home = Home::default();
    let mut a = home.member();
    let key = Identity::generate().unwrap();
    let pkcs8 = key.pkcs8().to_vec();
    home.admit(key.device());
    let b = Device::new(key, home.clone());
    let address = b.address();
    a.keep(&[&b]);
    a.up(b.id()).await;
    b.endpoint.close().await;
    assert_eq!(a.down(b.id()).await, DownReason::Left);
    drop(b);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut again = Device::at(Identity::from_pkcs8(&pkcs8).unwrap(), home, address);
    a.up(again.id()).await;
    again.up(a.id()).await;
}

#[tokio::test]
async fn a_full_queue_says_so_and_empties_again() {
    let (_home, a, mut b) = connected().await;
    let frame = Bytes::from(vec![1; FRAME_MAX / 2]);
    let mut queued = 0;
    while a.endpoint.try_send(b.id(), frame.clone()) == Ok(()) {
        queued += 1;
        assert!(queued < 1000);
    }
    assert!(queued >= BYTES_QUEUED_MAX / FRAME_MAX);
    for _ in 0..queued {
        assert_eq!(b.frame().await.len(), frame.len());
    }
    tokio::time::timeout(PATIENCE, a.endpoint.send(b.id(), frame.clone())).await.unwrap().unwrap();
    assert_eq!(b.frame().await.len(), frame.len());
}

#[tokio::test]
async fn a_frame_for_a_replaced_connection_never_reaches_the_new_one() {
    let home = Home::default();
    let mut a = home.member();
    let key = Identity::generate().unwrap();
    let pkcs8 = key.pkcs8().to_vec();
    home.admit(key.device());
    let b = Device::new(key, home.clone());
    b.keep(&[&a]);
    a.up(b.id()).await;
    b.endpoint.pretend_death();
    let mut again = Device::new(Identity::from_pkcs8(&pkcs8).unwrap(), home.clone());
    again.keep(&[&a]);
    again.up(a.id()).await;
    // The service of `a` has not taken the news yet: refused or lost, both is told by `Down`.
    let _refused_or_lost = a.endpoint.try_send(again.id(), Bytes::from_static(b"old"));
    a.down(again.id()).await;
    a.up(again.id()).await;
    a.endpoint.send(again.id(), Bytes::from_static(b"new")).await.unwrap();
    assert_eq!(again.frame().await, "new");
}
