//! Bulk bytes, by TCP and by QUIC.

use std::time::Duration;

use bytes::Bytes;
use model::DeviceId;
use tokio::task::JoinHandle;

use super::{Device, connected};
use crate::{DownReason, Event, FetchError, FetchStream, Lane, REQUEST_MAX, Reply};

const MIB: usize = 1 << 20;

/// Answers every request, which is a number of bytes as text, with as many.
fn serve(device: Device) -> JoinHandle<()> {
    tokio::spawn(async move {
        let Device { endpoint: _kept_open, mut events } = device;
        while let Some(event) = events.recv().await {
            if let Event::Fetch { request, reply, .. } = event {
                tokio::spawn(answer(request, reply));
            }
        }
    })
}

async fn answer(request: Bytes, mut reply: Reply) {
    let wanted: usize = String::from_utf8_lossy(&request).parse().unwrap_or(0);
    if wanted == 0 {
        return reply.fail().await;
    }
    let piece = Bytes::from((0..MIB).map(|i| (i % 251) as u8).collect::<Vec<_>>());
    let mut left = wanted;
    while left > 0 {
        let length = left.min(MIB);
        if reply.write_all(piece.slice(..length)).await.is_err() {
            return;
        }
        left -= length;
    }
    let _gone = reply.finish().await;
}

async fn ask(device: &Device, of: DeviceId, lane: Lane, bytes: usize) -> FetchStream {
    device.endpoint.fetch(of, lane, Bytes::from(bytes.to_string())).await.unwrap()
}

async fn all(mut stream: FetchStream) -> Result<Vec<u8>, FetchError> {
    let mut whole = Vec::new();
    while let Some(chunk) = stream.read_chunk().await? {
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}

fn expected(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|i| (i % MIB % 251) as u8).collect()
}

/// Waits until bulk connections are known to work, which takes a moment after `Up`.
async fn warm(device: &Device, of: DeviceId) {
    for _ in 0..200 {
        let stream = ask(device, of, Lane::Background, 1).await;
        let path = stream.path();
        all(stream).await.unwrap();
        if path == "tcp" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no bulk connection came about");
}

#[tokio::test]
async fn bytes_arrive_by_tcp_as_they_were_sent() {
    let (_home, a, b) = connected().await;
    let of = b.id();
    let _serving = serve(b);
    warm(&a, of).await;
    for bytes in [1, 16_382, 16_383, 16_384, 65_536, 5 * MIB + 17] {
        let stream = ask(&a, of, Lane::Background, bytes).await;
        assert_eq!(stream.path(), "tcp");
        assert_eq!(all(stream).await.unwrap(), expected(bytes));
    }
    let view = &a.endpoint.links()[0];
    assert!(view.received > 5 << 20, "{view:?}");
}

#[tokio::test]
async fn bytes_arrive_by_quic_where_tcp_does_not_work() {
    let (_home, a, b) = connected().await;
    let of = b.id();
    a.endpoint.forbid_tcp();
    let _serving = serve(b);
    for bytes in [1, 1500, 3 * MIB + 5] {
        let stream = ask(&a, of, Lane::Urgent, bytes).await;
        assert_eq!(stream.path(), "quic");
        assert_eq!(all(stream).await.unwrap(), expected(bytes));
    }
}

#[tokio::test]
async fn many_fetches_at_once_are_all_answered() {
    let (_home, a, b) = connected().await;
    let of = b.id();
    let _serving = serve(b);
    let mut fetches = Vec::new();
    for i in 0..120 {
        let lane = if i % 2 == 0 { Lane::Urgent } else { Lane::Background };
        let endpoint = a.endpoint.clone();
        fetches.push(tokio::spawn(async move {
            let request = Bytes::from((1000 + i).to_string());
            let stream = endpoint.fetch(of, lane, request).await.unwrap();
            assert_eq!(all(stream).await.unwrap(), expected(1000 + i));
        }));
    }
    for fetch in fetches {
        fetch.await.unwrap();
    }
}

#[tokio::test]
async fn long_frames_take_the_bulk_connection_and_keep_their_place() {
    let (_home, a, mut b) = connected().await;
    let frame = |i: usize| {
        let length = [3, 40_000, 700, 1 << 20, 32 << 10, 0, 200_000][i % 7];
        Bytes::from(vec![(i % 256) as u8; length])
    };
    // Until the bulk connection is there they go over the control stream.
    let frames = 210;
    let sender = a.endpoint.clone();
    let to = b.id();
    let sending = tokio::spawn(async move {
        for i in 0..frames {
            sender.send(to, frame(i)).await.unwrap();
            if i % 70 == 0 {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    });
    for i in 0..frames {
        assert_eq!(b.frame().await, frame(i), "frame {i}");
    }
    sending.await.unwrap();
    let link = a.endpoint.shared().links.get(b.id()).unwrap();
    let carried = link.bulk_sent.load(std::sync::atomic::Ordering::Relaxed);
    assert!(carried > 20 << 20, "{carried}");
}

#[tokio::test]
async fn exact_lengths_are_read_across_pieces() {
    let (_home, a, b) = connected().await;
    let of = b.id();
    let _serving = serve(b);
    let mut stream = ask(&a, of, Lane::Background, 200_000).await;
    let whole = expected(200_000);
    assert_eq!(stream.read_exact(5).await.unwrap(), whole[..5]);
    assert_eq!(stream.read_exact(100_000).await.unwrap(), whole[5..100_005]);
    assert_eq!(stream.read_exact(0).await.unwrap(), Bytes::new());
    assert_eq!(stream.read_exact(99_995).await.unwrap(), whole[100_005..]);
    assert_eq!(stream.read_exact(1).await, Err(FetchError::Ended));
}

#[tokio::test]
async fn an_answer_that_is_given_up_is_never_taken_for_whole() {
    let (_home, a, mut b) = connected().await;
    for tcp in [false, true] {
        if tcp {
            tokio::time::sleep(Duration::from_millis(500)).await;
        } else {
            a.endpoint.forbid_tcp();
        }
        for told in [false, true] {
            let (asked, event) = tokio::join!(
                a.endpoint.fetch(b.id(), Lane::Background, Bytes::from_static(b"x")),
                b.next_but_link_changed(),
            );
            let Event::Fetch { mut reply, .. } = event else { panic!("{event:?}") };
            reply.write_all(Bytes::from_static(b"half")).await.unwrap();
            if told {
                reply.fail().await;
            } else {
                drop(reply);
            }
            let mut stream = asked.unwrap();
            let outcome = loop {
                match stream.read_chunk().await {
                    Ok(Some(_)) => {}
                    outcome => break outcome,
                }
            };
            assert!(outcome.is_err(), "{outcome:?}");
            assert_eq!(stream.read_chunk().await, outcome);
        }
    }
}

#[tokio::test]
async fn a_fetch_that_nobody_reads_any_more_stops_the_answer() {
    let (_home, a, mut b) = connected().await;
    for _ in 0..2 {
        let (asked, event) = tokio::join!(
            a.endpoint.fetch(b.id(), Lane::Background, Bytes::from_static(b"x")),
            b.next_but_link_changed(),
        );
        let Event::Fetch { mut reply, .. } = event else { panic!("{event:?}") };
        drop(asked.unwrap());
        let mut written = 0;
        while reply.write_all(Bytes::from(vec![0; MIB])).await.is_ok() {
            written += 1;
            assert!(written < 200);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

#[tokio::test]
async fn a_cut_ends_bulk_bytes_too() {
    let (home, mut a, b) = connected().await;
    let of = b.id();
    let _serving = serve(b);
    warm(&a, of).await;
    let mut stream = ask(&a, of, Lane::Background, 1 << 40).await;
    stream.read_exact(MIB).await.unwrap();
    home.remove(of);
    a.endpoint.cut(of);
    assert_eq!(a.down(of).await, DownReason::Cut);
    let rest = tokio::time::timeout(Duration::from_secs(5), all(stream)).await.unwrap();
    assert_eq!(rest, Err(FetchError::Down));
    let again = a.endpoint.fetch(of, Lane::Urgent, Bytes::new()).await;
    assert_eq!(again.err(), Some(FetchError::Down));
}

#[tokio::test]
async fn long_requests_arrive_and_longer_ones_are_refused() {
    let (_home, a, mut b) = connected().await;
    let request = Bytes::from(vec![9; REQUEST_MAX]);
    for _ in 0..2 {
        let asking = a.endpoint.fetch(b.id(), Lane::Urgent, request.clone());
        let (asked, event) = tokio::join!(asking, b.next_but_link_changed());
        let Event::Fetch { request: heard, lane, reply, .. } = event else { panic!("{event:?}") };
        assert_eq!((heard, lane), (request.clone(), Lane::Urgent));
        reply.finish().await.unwrap();
        assert_eq!(all(asked.unwrap()).await.unwrap(), []);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let longer = Bytes::from(vec![9; REQUEST_MAX + 1]);
    let refused = a.endpoint.fetch(b.id(), Lane::Urgent, longer).await;
    assert_eq!(refused.err(), Some(FetchError::TooLong(REQUEST_MAX + 1)));
}
