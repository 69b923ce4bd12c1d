//! A browser of another computer at the door, as bytes in TLS: the password lets it in, and nothing else does.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::fake::Fake;
use gateway::far::{Certificate, Gate, Listener, Password};
use gateway::web::{self, Keys};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const PASSWORD: &str = "correct horse";

struct Scene {
    address: SocketAddr,
    connector: TlsConnector,
}

impl Scene {
    async fn new() -> Self {
        let certificate = Certificate::make(vec!["127.0.0.1".to_owned()]).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let (listener, address) = Listener::bind(any, &certificate).await.unwrap();
        let keys = Arc::new(Keys::new(|| Duration::ZERO));
        let gate = Gate::new(Password::new(PASSWORD).unwrap(), || Duration::ZERO);
        let routes = api::server::router(&Arc::new(Fake));
        let routes = web::far_router(routes, address.port(), vec!["nas".to_owned()], keys, gate);
        tokio::spawn(async move { api::server::accept(&listener, routes, pending()).await });
        Self { address, connector: connector(&certificate) }
    }

    /// Sends a request as it stands, `HOST` being this door, and returns all that comes back.
    async fn say(&self, request: &str, body: &str) -> String {
        let request = request.replace("HOST", &self.address.to_string()).replace('\n', "\r\n");
        let stream = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let mut stream = self.connector.connect(name, stream).await.unwrap();
        let length = body.len();
        let head = format!("{request}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A server may end without saying goodbye.
        let _ended = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn sign_in(&self, password: &str) -> String {
        let ask = "POST /sign-in HTTP/1.1\nHost: HOST\nOrigin: https://HOST";
        self.say(ask, &format!(r#"{{"password":"{password}"}}"#)).await
    }
}

fn connector(certificate: &Certificate) -> TlsConnector {
    let kept = certificate.kept();
    let length = u32::from_be_bytes(kept[..4].try_into().unwrap()) as usize;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(kept[4..4 + length].to_vec())).unwrap();
    let ring = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn who_knows_the_password_is_let_in_and_nobody_else() {
    let scene = Scene::new().await;
    let ask = "GET /v1/id HTTP/1.1\nHost: HOST";
    assert_eq!(status(&scene.say(ask, "").await), 401);
    let wrong = scene.sign_in("correct horsf").await;
    assert!(status(&wrong) == 401 && !wrong.contains("set-cookie"), "{wrong}");
    let right = scene.sign_in(PASSWORD).await;
    assert_eq!(status(&right), 200, "{right}");
    let cookie = right.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    for part in ["__Host-homefold-", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/;"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap();
    let answer = scene.say(&format!("{ask}\nCookie: {cookie}"), "").await;
    assert!(status(&answer) == 200 && answer.contains("\"name\":\"desk\""), "{answer}");
    assert!(answer.contains("content-security-policy: default-src 'none'"), "{answer}");
}

#[tokio::test]
async fn guessing_is_held_up() {
    let scene = Scene::new().await;
    for _ in 0..5 {
        assert_eq!(status(&scene.sign_in("guess guess").await), 401);
    }
    let late = scene.sign_in(PASSWORD).await;
    assert!(status(&late) == 503 && late.contains("\"busy\""), "{late}");
}

#[tokio::test]
async fn a_page_from_elsewhere_can_not_sign_in_nor_ask() {
    let scene = Scene::new().await;
    for headers in [
        "Host: evil.example",
        "Host: HOST",
        "Host: HOST\nOrigin: https://evil.example",
        "Host: HOST\nOrigin: http://HOST",
        "Host: HOST\nOrigin: null",
        "Host: HOST\nOrigin: https://HOST\nSec-Fetch-Site: cross-site",
    ] {
        let ask = format!("POST /sign-in HTTP/1.1\n{headers}");
        let answer = scene.say(&ask, &format!(r#"{{"password":"{PASSWORD}"}}"#)).await;
        assert!(status(&answer) == 403 && !answer.contains("set-cookie"), "{headers}: {answer}");
    }
    let large = scene.sign_in(&"x".repeat(5000)).await;
    assert_eq!(status(&large), 400, "{large}");
    let near = scene.say("GET /open/x HTTP/1.1\nHost: HOST", "").await;
    assert_eq!(status(&near), 404, "keys of the near door are not known here");
}

#[tokio::test]
async fn who_speaks_no_tls_is_told_nothing_and_holds_nobody_up() {
    let scene = Scene::new().await;
    let _silent = TcpStream::connect(scene.address).await.unwrap();
    let mut plain = TcpStream::connect(scene.address).await.unwrap();
    plain.write_all(b"GET /v1/id HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ended = plain.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP"), "{answer:?}");
    assert_eq!(status(&scene.sign_in(PASSWORD).await), 200);
}
