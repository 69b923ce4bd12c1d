//! Two endpoints, and a person who compares six digits.

use super::*;
use crate::pairing::{Answer, CompareEnd, CompareError, Compared, Comparison, Newcomer};
use crate::tls::Door;

fn newcomer() -> Newcomer {
    Newcomer { name: "laptop".to_owned(), introduction: Bytes::from_static(b"let me in") }
}

async fn ask(device: &Device, address: SocketAddr) -> Result<Comparison, CompareError> {
    device.endpoint.compare(&[address], newcomer()).await
}

/// A member that takes devices in, and a stranger.
fn devices() -> (Device, Device) {
    let home = Home::default();
    let (inside, outside) = (home.member(), home.stranger());
    inside.endpoint.offer(true);
    (inside, outside)
}

/// What a person at the device is shown, and how it is answered.
async fn shown(device: &mut Device) -> (Compared, Answer) {
    match device.next_but_link_changed().await {
        Event::Comparing { compared, name, answer } => {
            assert_eq!(name, "laptop");
            (compared, answer)
        }
        event => panic!("{event:?}"),
    }
}

async fn ended(device: &mut Device) -> CompareEnd {
    match device.next_but_link_changed().await {
        Event::CompareEnded { end, .. } => end,
        event => panic!("{event:?}"),
    }
}

#[tokio::test]
async fn both_screens_show_the_same_digits_and_two_times_yes_lets_the_newcomer_in() {
    let (mut inside, outside) = devices();
    let asked = ask(&outside, inside.address()).await.unwrap();
    let (compared, answer) = shown(&mut inside).await;
    assert_eq!(compared.digits, asked.compared.digits);
    assert_eq!(compared.id, asked.compared.id);
    assert_eq!((compared.device, asked.compared.device), (outside.id(), inside.id()));
    assert!(asked.answer.say(true));
    inside.quiet().await;
    assert!(answer.say(true));
    let event = inside.next_but_link_changed().await;
    let Event::Joining { by, introduction, answer, .. } = event else { panic!("{event:?}") };
    assert_eq!(by, crate::Admission::Compared(compared.id));
    assert_eq!(introduction, "let me in");
    answer.send(Bytes::from_static(b"welcome")).unwrap();
    let welcome = asked.outcome.await.unwrap().unwrap();
    assert_eq!((welcome.device, &welcome.answer[..]), (inside.id(), &b"welcome"[..]));
    assert_eq!(ended(&mut inside).await, CompareEnd::Joined(outside.id()));
}

#[tokio::test]
async fn a_no_on_either_side_ends_it_on_both_and_nothing_is_told() {
    let (mut inside, outside) = devices();
    for here in [true, false] {
        let asked = ask(&outside, inside.address()).await.unwrap();
        let (_, answer) = shown(&mut inside).await;
        // The other person has said yes already.
        let (no, yes) = if here { (answer, asked.answer) } else { (asked.answer, answer) };
        assert!(yes.say(true) && no.say(false));
        assert_eq!(asked.outcome.await.unwrap(), Err(CompareError::Declined));
        assert_eq!(ended(&mut inside).await, CompareEnd::Failed(CompareError::Declined));
    }
}

#[tokio::test]
async fn a_newcomer_that_goes_away_is_asked_about_no_more() {
    let (mut inside, outside) = devices();
    let asked = ask(&outside, inside.address()).await.unwrap();
    let (_, _answer) = shown(&mut inside).await;
    drop(asked);
    assert_eq!(ended(&mut inside).await, CompareEnd::Failed(CompareError::Declined));
    let asked = ask(&outside, inside.address()).await.unwrap();
    let (_, answer) = shown(&mut inside).await;
    outside.endpoint.close().await;
    assert_eq!(ended(&mut inside).await, CompareEnd::Failed(CompareError::Lost));
    assert!(!answer.say(true) && asked.outcome.await.unwrap().is_err());
}

#[tokio::test]
async fn a_yes_is_taken_back_by_whoever_goes_away_before_the_other_has_said_it() {
    let (mut inside, outside) = devices();
    let Comparison { answer: theirs, outcome, .. } = ask(&outside, inside.address()).await.unwrap();
    let (_, answer) = shown(&mut inside).await;
    assert!(theirs.say(true));
    drop(theirs);
    assert_eq!(ended(&mut inside).await, CompareEnd::Failed(CompareError::Declined));
    assert!(!answer.say(true));
    assert_eq!(outcome.await.unwrap(), Err(CompareError::Declined));
    let asked = ask(&outside, inside.address()).await.unwrap();
    let (_, answer) = shown(&mut inside).await;
    assert!(answer.say(true) && answer.is_yes() && answer.say(false));
    assert_eq!(asked.outcome.await.unwrap(), Err(CompareError::Declined));
    assert_eq!(ended(&mut inside).await, CompareEnd::Failed(CompareError::Declined));
}

#[tokio::test]
async fn what_nobody_confirms_in_time_is_over_on_both() {
    let (mut inside, outside) = devices();
    inside.endpoint.shared().gate.set_lasts(Duration::from_millis(300));
    let asked = ask(&outside, inside.address()).await.unwrap();
    let (_, answer) = shown(&mut inside).await;
    assert!(answer.say(true));
    assert_eq!(ended(&mut inside).await, CompareEnd::Failed(CompareError::Expired));
    assert_eq!(asked.outcome.await.unwrap(), Err(CompareError::Expired));
}

#[tokio::test]
async fn a_device_that_takes_nobody_in_says_nothing_to_strangers() {
    let (inside, outside) = devices();
    inside.endpoint.offer(false);
    let refused = ask(&outside, inside.address()).await.map(|asked| asked.compared);
    assert_eq!(refused, Err(CompareError::NotOffering));
    let nowhere = outside.endpoint.compare(&[], newcomer()).await.map(|asked| asked.compared);
    assert_eq!(nowhere, Err(CompareError::NotFound));
}

#[tokio::test]
async fn one_request_waits_at_a_time_and_five_are_shown_in_a_while() {
    let (mut inside, outside) = devices();
    let other = Home::default().stranger();
    for _ in 0..5 {
        let asked = ask(&outside, inside.address()).await.unwrap();
        let (_, _answer) = shown(&mut inside).await;
        let refused = ask(&other, inside.address()).await.map(|asked| asked.compared);
        assert_eq!(refused, Err(CompareError::Busy));
        drop(asked);
        ended(&mut inside).await;
    }
    let refused = ask(&other, inside.address()).await.map(|asked| asked.compared);
    assert_eq!(refused, Err(CompareError::TooOften));
    inside.quiet().await;
}

#[tokio::test]
async fn who_sits_in_between_and_plays_both_ends_shows_other_digits() {
    let (mut inside, outside) = devices();
    let mut middle = Home::default().member();
    middle.endpoint.offer(true);
    let near = ask(&outside, middle.address()).await.unwrap();
    let (to_near, _) = shown(&mut middle).await;
    let far = ask(&middle, inside.address()).await.unwrap();
    let (seen, _) = shown(&mut inside).await;
    assert_eq!(to_near.digits, near.compared.digits);
    assert_eq!(seen.digits, far.compared.digits);
    // One in a million, were it chance.
    assert_ne!(seen.digits, near.compared.digits);
}

#[tokio::test]
async fn who_relays_between_two_tls_connections_is_noticed_before_anything_is_shown() {
    let (inside, outside) = devices();
    let middle = Home::default().member();
    let front = super::pairing::middleman(&middle, inside.address(), Door::Compare);
    let refused = ask(&outside, front).await.map(|asked| asked.compared);
    assert_eq!(refused, Err(CompareError::Impostor));
}
