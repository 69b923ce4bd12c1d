//! A browser at the door, as bytes: who comes in, who does not, and what an answer carries.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::fake::Fake;
use api::server::{Door, DoorError};
use gateway::web::{self, Keys};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Scene {
    address: SocketAddr,
    keys: Arc<Keys>,
}

impl Scene {
    async fn new() -> Self {
        let (door, address) = Door::for_browsers("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let keys = Arc::new(Keys::new(|| Duration::ZERO));
        let routes = web::router(api::server::router(&Arc::new(Fake)), address, keys.clone());
        tokio::spawn(door.serve(routes, pending()));
        Self { address, keys }
    }

    /// Sends a request as it stands, `HOST` being this door, and returns all that comes back.
    async fn say(&self, request: &str) -> String {
        let request = request.replace("HOST", &self.address.to_string()).replace('\n', "\r\n");
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(format!("{request}\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).to_lowercase()
    }

    /// Lets a browser in; its cookie.
    async fn cookie(&self) -> String {
        let (key, _) = self.keys.invite().unwrap();
        let answer =
            self.say(&format!("GET /open/{key} HTTP/1.1\nHost: HOST\nConnection: close")).await;
        assert!(answer.starts_with("http/1.1 303"), "{answer}");
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        assert!(cookie.contains("httponly") && cookie.contains("samesite=strict"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_browser_with_the_cookie_is_answered_and_one_without_is_not() {
    let scene = Scene::new().await;
    let cookie = scene.cookie().await;
    let ask = "GET /v1/id HTTP/1.1\nHost: HOST\nConnection: close";
    let answer = scene.say(&format!("{ask}\nCookie: other=1; {cookie}")).await;
    assert!(status(&answer) == 200 && answer.contains("\"name\":\"desk\""), "{answer}");
    for headers in ["", "\nCookie: homefold-1=x", "\nAuthorization: Bearer x"] {
        let answer = scene.say(&format!("{ask}{headers}")).await;
        assert!(status(&answer) == 401 && answer.contains("unauthorized"), "{answer}");
    }
}

#[tokio::test]
async fn a_key_works_once() {
    let scene = Scene::new().await;
    let (key, _) = scene.keys.invite().unwrap();
    let open = format!("GET /open/{key} HTTP/1.1\nHost: HOST\nConnection: close");
    assert!(scene.say(&open).await.contains("set-cookie"));
    let again = scene.say(&open).await;
    assert!(status(&again) == 303 && !again.contains("set-cookie"), "{again}");
}

#[tokio::test]
async fn a_page_from_elsewhere_is_refused_even_with_the_cookie() {
    let scene = Scene::new().await;
    let cookie = scene.cookie().await;
    for headers in [
        "Host: evil.example",
        "Host: localhost:1",
        "Host: HOST\nHost: HOST",
        "Host: HOST\nOrigin: http://evil.example",
        "Host: HOST\nOrigin: https://HOST",
        "Host: HOST\nOrigin: null",
        "Host: HOST\nSec-Fetch-Site: cross-site",
        "Host: HOST\nSec-Fetch-Site: same-site",
    ] {
        let ask = format!("GET /v1/id HTTP/1.1\n{headers}\nCookie: {cookie}\nConnection: close");
        let answer = scene.say(&ask).await;
        assert!(matches!(status(&answer), 400 | 403), "{headers}: {answer}");
    }
}

#[tokio::test]
async fn what_changes_something_must_say_from_which_page_it_comes() {
    let scene = Scene::new().await;
    let cookie = scene.cookie().await;
    let ask = format!(
        "POST /v1/resume HTTP/1.1\nHost: HOST\nCookie: {cookie}\nContent-Length: 0\nConnection: close"
    );
    assert_eq!(status(&scene.say(&ask).await), 403);
    assert_eq!(status(&scene.say(&format!("{ask}\nOrigin: http://HOST")).await), 200);
}

#[tokio::test]
async fn every_answer_says_what_a_page_may_do() {
    let scene = Scene::new().await;
    for path in ["/", "/v1/id", "/nothing", "/../Cargo.toml", "/open/x"] {
        let ask = format!("GET {path} HTTP/1.1\nHost: HOST\nConnection: close");
        let answer = scene.say(&ask).await;
        assert!(answer.contains("content-security-policy: default-src 'none'"), "{answer}");
        assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
        assert!(!answer.contains("unsafe-inline"), "{answer}");
    }
}

#[tokio::test]
async fn the_door_opens_on_loopback_only() {
    let outside = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(Door::for_browsers(outside).await, Err(DoorError::NotLoopback(_))));
}
