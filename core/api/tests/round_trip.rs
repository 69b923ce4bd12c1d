//! Client and server over real sockets.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::future::pending;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::client::Client;
use api::fake::Fake;
use api::request::*;
use api::server::{Door, DoorError, TOKEN_NAME, Token, router};
use api::view::*;
use api::{ErrorCode, Role};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};

/// A data dir with the fake behind its socket.
struct Served {
    data_dir: PathBuf,
    _dir: tempfile::TempDir,
}

impl Served {
    fn client(&self) -> Client {
        Client::new(&self.data_dir)
    }
}

async fn served_at(below: &str) -> Served {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join(below);
    let door = Door::unix(&data_dir.join(api::SOCKET_NAME)).await.unwrap();
    tokio::spawn(door.serve(router(&Arc::new(Fake)), pending()));
    Served { data_dir, _dir: dir }
}

async fn served() -> Served {
    served_at("data").await
}

/// Sends bytes as they are; what comes back within a second.
async fn raw(socket: &Path, request: &str) -> String {
    let mut stream = UnixStream::connect(socket).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(1), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn views_arrive_as_they_were_sent() {
    let served = served().await;
    let client = served.client();
    let status = client.status(&Nothing {}).await.unwrap();
    assert_eq!(status.folders, client.folder_list(&Nothing {}).await.unwrap());
    assert_eq!(status.devices, client.device_list(&Nothing {}).await.unwrap()[1..]);
    let page = EntriesRequest {
        folder: "Photos".to_owned(),
        path: String::new(),
        after: Some("latest".to_owned()),
        limit: None,
    };
    let entries = client.entries(&page).await.unwrap().entries;
    assert_eq!(entries[0].path, "new\u{7}line\n.jpg");
}

#[tokio::test]
async fn a_refusal_arrives_with_its_code_and_its_subject() {
    let served = served().await;
    let request = FolderRequest { folder: "a/b c%ü".to_owned() };
    let error = served.client().folder_detach(&request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::UnknownFolder);
    assert_eq!(error.subject.as_deref(), Some("a/b c%ü"));
}

#[tokio::test]
async fn a_stream_gives_each_view_when_it_comes_and_ends() {
    let served = served().await;
    let request = InviteRequest { role: Role::Member, expires_seconds: 600 };
    let mut lines = served.client().invite(&request).await.unwrap();
    assert!(matches!(lines.next().await, Ok(Some(InviteView::Waiting { .. }))));
    assert!(matches!(lines.next().await, Ok(Some(InviteView::Joined { role: Role::Member, .. }))));
    assert_eq!(lines.next().await, Ok(None));
}

#[tokio::test]
async fn an_error_ends_a_stream() {
    let served = served().await;
    let request = InviteRequest { role: Role::Admin, expires_seconds: 1 };
    let mut lines = served.client().invite(&request).await.unwrap();
    assert!(lines.next().await.is_ok());
    assert_eq!(lines.next().await.unwrap_err().code, ErrorCode::InvitationExpired);
}

#[tokio::test]
async fn an_operation_that_is_asked_by_name_answers_as_itself() {
    let served = served().await;
    let client = served.client();
    let status = client.status(&Nothing {}).await.unwrap();
    let same = client.ask_by_name("status", &json!({})).await.unwrap();
    assert_eq!(same, serde_json::to_value(status).unwrap());

    let request = json!({ "role": "member", "expires_seconds": 1 });
    let mut lines = client.follow_by_name("invite", &request).await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap()["state"], "waiting");
    assert_eq!(lines.next().await.unwrap_err().code, ErrorCode::InvitationExpired);
}

#[tokio::test]
async fn what_is_asked_by_a_wrong_name_or_without_what_it_needs_is_a_bad_request() {
    let served = served().await;
    let client = served.client();
    for (name, request) in [
        ("statuss", json!({})),
        ("events", json!({})),
        ("status", json!("x")),
        ("folder_detach", json!({})),
        ("folder_detach", json!({ "folder": "Photos", "and": 1 })),
    ] {
        let error = client.ask_by_name(name, &request).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::BadRequest, "{name} {request}");
    }
    let error = client.follow_by_name("status", &json!({})).await.err();
    assert_eq!(error.map(|error| error.code), Some(ErrorCode::BadRequest));
}

#[tokio::test]
async fn events_have_rising_numbers() {
    let served = served().await;
    let request = EventsRequest { after: Some(1), follow: false };
    let mut lines = served.client().events(&request).await.unwrap();
    let mut numbers = Vec::new();
    while let Some(event) = lines.next().await.unwrap() {
        numbers.push(event.seq);
    }
    assert_eq!(numbers, [2, 3, 4]);
}

#[tokio::test]
async fn where_no_service_runs_the_client_says_so() {
    let dir = tempfile::tempdir().unwrap();
    for data_dir in [dir.path().join("missing"), dir.path().to_owned()] {
        let error = Client::new(&data_dir).id(&Nothing {}).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NoService);
    }
    drop(UnixListener::bind(dir.path().join(api::SOCKET_NAME)).unwrap());
    let error = Client::new(dir.path()).id(&Nothing {}).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NoService);
}

#[tokio::test]
async fn a_service_that_never_answers_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let _listener = UnixListener::bind(dir.path().join(api::SOCKET_NAME)).unwrap();
    let client = Client::new(dir.path()).with_deadline(Duration::ZERO);
    tokio::time::pause();
    assert_eq!(client.id(&Nothing {}).await.unwrap_err().code, ErrorCode::TimedOut);
}

#[tokio::test]
async fn a_service_that_speaks_nonsense_is_recognised() {
    let dir = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(dir.path().join(api::SOCKET_NAME)).unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 64];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        stream.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
    });
    let error = Client::new(dir.path()).id(&Nothing {}).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Incomprehensible);
}

#[tokio::test]
async fn the_socket_and_its_directory_are_for_this_user_only() {
    let served = served().await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&served.data_dir), 0o700);
    assert_eq!(mode(&served.data_dir.join(api::SOCKET_NAME)), 0o600);
}

#[tokio::test]
async fn a_second_service_for_one_data_dir_is_refused_and_a_dead_socket_is_replaced() {
    let served = served().await;
    let socket = served.data_dir.join(api::SOCKET_NAME);
    assert!(matches!(Door::unix(&socket).await, Err(DoorError::Taken(_))));
    assert!(served.client().id(&Nothing {}).await.is_ok());

    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join(api::SOCKET_NAME);
    drop(UnixListener::bind(&socket).unwrap());
    assert!(Door::unix(&socket).await.is_ok());
}

#[tokio::test]
async fn a_data_dir_with_a_very_long_path_works() {
    let served = served_at(&["a-rather-long-name-of-a-directory"; 6].join("/")).await;
    assert!(served.client().id(&Nothing {}).await.is_ok());
}

#[tokio::test]
async fn what_is_no_operation_is_refused_in_the_same_form() {
    let served = served().await;
    let socket = served.data_dir.join(api::SOCKET_NAME);
    let body = "x".repeat(api::REQUEST_BYTES_MAX + 1);
    for (request, status) in [
        ("GET /v1/nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(), "404"),
        ("DELETE /v1/id HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(), "404"),
        (
            format!(
                "POST /v1/join HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            ),
            "400",
        ),
        (
            "POST /v1/join HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n[]"
                .to_owned(),
            "400",
        ),
    ] {
        let answer = raw(&socket, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert!(answer.contains(r#"{"code":"bad-request","message":"#), "{answer}");
    }
}

#[tokio::test]
async fn requests_under_way_may_end_when_the_door_closes() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join(api::SOCKET_NAME);
    let door = Door::unix(&socket).await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(door.serve(router(&Arc::new(Fake)), async {
        let _ = stopped.await;
    }));
    let client = Client::new(dir.path());
    let request = WaitRequest { folder: None, timeout_ms: 200 };
    let waiting = tokio::spawn(async move { client.wait(&request).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).unwrap();
    assert_eq!(waiting.await.unwrap().unwrap_err().code, ErrorCode::TimedOut);
    serving.await.unwrap();
    assert!(!socket.exists());
}

#[tokio::test]
async fn the_tcp_door_asks_for_the_token_and_is_for_loopback_only() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(TOKEN_NAME);
    let token = Token::create(&path).unwrap();
    let outside = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(Door::tcp(outside, token.clone()).await, Err(DoorError::NotLoopback(_))));

    let door = Door::tcp("127.0.0.1:0".parse().unwrap(), token).await.unwrap();
    let place = door.place().to_owned();
    tokio::spawn(door.serve(router(&Arc::new(Fake)), pending()));
    let secret = fs::read_to_string(path).unwrap();
    for (line, status) in [
        (format!("authorization: Bearer {secret}\r\n"), "200"),
        (String::new(), "401"),
        (format!("authorization: Bearer {secret}\r\norigin: http://evil.example\r\n"), "403"),
    ] {
        let mut stream = TcpStream::connect(&place).await.unwrap();
        let request =
            format!("GET /v1/id HTTP/1.1\r\nhost: {place}\r\nconnection: close\r\n{line}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}
