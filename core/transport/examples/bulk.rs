//! How fast bulk bytes travel between two processes: over an endpoint's bulk connections, over its
//! link by QUIC, and over plain TLS on TCP as a measure of both.
//!
//! `bulk` does all of it; `bulk serve ADDRESS` and `bulk fetch ID@ADDRESS ID@ADDRESS TLS` are its
//! two halves, which must run on the same machine: `fetch` binds the address that it is given.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a program to measure with"
)]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use model::DeviceId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls;
use transport::{Config, Endpoint, Event, Events, Identity, Lane, Members, Reply};

const GIB: usize = 1 << 30;
const PIECE: usize = 256 << 10;
const RUNS: usize = 5;

struct Everyone;

impl Members for Everyone {
    fn admits(&self, _device: &DeviceId) -> bool {
        true
    }
}

#[tokio::main]
async fn main() {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => both(),
        ["serve", address] => serve(address.parse().unwrap()).await,
        ["fetch", quick, slow, tls] => fetch(quick, slow, tls.parse().unwrap()).await,
        _ => println!("bulk [serve ADDRESS | fetch ID@ADDRESS ID@ADDRESS TLS]"),
    }
}

fn both() {
    let program = std::env::current_exe().unwrap();
    let mut server = Command::new(&program)
        .args(["serve", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Command::new(&program).arg("fetch").args(line.split_whitespace()).status().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
}

fn endpoint(listen: SocketAddr) -> (Endpoint, Events) {
    Endpoint::bind(Config {
        identity: Arc::new(Identity::generate().unwrap()),
        listen,
        members: Arc::new(Everyone),
        discovery: false,
        home_key: None,
        hello: Bytes::new(),
    })
    .unwrap()
}

/// One endpoint with bulk connections, one whose TCP port is taken, and plain TLS.
async fn serve(listen: SocketAddr) {
    let (quick, quick_events) = endpoint(listen);
    let tls = TcpListener::bind((listen.ip(), 0)).await.unwrap();
    let tls_address = tls.local_addr().unwrap();
    let (slow, slow_events) = endpoint(tls_address);
    println!(
        "{}@{} {}@{} {tls_address}",
        quick.device(),
        quick.listen_address(),
        slow.device(),
        slow.listen_address(),
    );
    tokio::spawn(answer_all(quick.clone(), quick_events));
    tokio::spawn(answer_all(slow.clone(), slow_events));
    serve_tls(tls).await;
}

async fn answer_all(endpoint: Endpoint, mut events: Events) {
    while let Some(event) = events.recv().await {
        match event {
            Event::Fetch { request, reply, .. } => {
                tokio::spawn(answer(String::from_utf8_lossy(&request).parse().unwrap(), reply));
            }
            Event::Frame { device, frame } if frame.len() < PIECE => {
                endpoint.send(device, frame).await.unwrap();
            }
            _ => {}
        }
    }
}

async fn answer(bytes: usize, mut reply: Reply) {
    let piece = Bytes::from(vec![7; PIECE]);
    for _ in 0..bytes / PIECE {
        if reply.write_all(piece.clone()).await.is_err() {
            return;
        }
    }
    let _gone = reply.finish().await;
}

async fn serve_tls(listener: TcpListener) {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["bulk".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap();
    let der = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], der.into())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let mut stream = acceptor.accept(socket).await.unwrap();
            let piece = vec![7; PIECE];
            for _ in 0..GIB / PIECE {
                stream.write_all(&piece).await.unwrap();
            }
            stream.shutdown().await.unwrap();
        });
    }
}

async fn fetch(quick: &str, slow: &str, tls: SocketAddr) {
    let (endpoint, mut events) = endpoint((tls.ip(), 0).into());
    let [quick, slow] = [quick, slow].map(|text| {
        let (id, address) = text.split_once('@').unwrap();
        (DeviceId::parse(id).unwrap(), address.parse::<SocketAddr>().unwrap())
    });
    endpoint.keep(vec![(quick.0, vec![quick.1]), (slow.0, vec![slow.1])]);
    for _ in 0..2 {
        assert!(matches!(events.recv().await, Some(Event::Up { .. })));
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    for streams in [1, 2] {
        for (device, name) in [(quick.0, "endpoint, TCP"), (slow.0, "endpoint, QUIC")] {
            let mut seconds = Vec::new();
            let before = processor_seconds();
            for _ in 0..RUNS {
                seconds.push(fetch_once(&endpoint, device, streams).await);
            }
            report(&format!("{name}, {streams} at once"), seconds, processor_seconds() - before);
        }
    }
    let mut seconds = Vec::new();
    let before = processor_seconds();
    for _ in 0..RUNS {
        seconds.push(echo_frames(&endpoint, &mut events, quick.0).await);
    }
    report("control frames, 256 KiB each", seconds, processor_seconds() - before);
    let mut seconds = Vec::new();
    let before = processor_seconds();
    for _ in 0..RUNS {
        seconds.push(fetch_tls(tls).await);
    }
    report("TLS over TCP (tokio-rustls), 1", seconds, processor_seconds() - before);
}

async fn fetch_once(endpoint: &Endpoint, device: DeviceId, streams: usize) -> f64 {
    let start = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..streams {
        let endpoint = endpoint.clone();
        tasks.push(tokio::spawn(async move {
            let request = Bytes::from((GIB / streams).to_string());
            let mut stream = endpoint.fetch(device, Lane::Background, request).await.unwrap();
            let mut received = 0;
            while let Some(chunk) = stream.read_chunk().await.unwrap() {
                received += chunk.len();
            }
            assert_eq!(received, GIB / streams);
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    start.elapsed().as_secs_f64()
}

/// Sends 1 GiB of control frames, and waits for a word that they are there.
async fn echo_frames(endpoint: &Endpoint, events: &mut Events, device: DeviceId) -> f64 {
    let start = Instant::now();
    let frame = Bytes::from(vec![7; PIECE]);
    for _ in 0..GIB / PIECE {
        endpoint.send(device, frame.clone()).await.unwrap();
    }
    endpoint.send(device, Bytes::from_static(b"all there?")).await.unwrap();
    while !matches!(events.recv().await, Some(Event::Frame { .. })) {}
    start.elapsed().as_secs_f64()
}

async fn fetch_tls(address: SocketAddr) -> f64 {
    let config = rustls::ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone))
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let start = Instant::now();
    let socket = TcpStream::connect(address).await.unwrap();
    let mut stream = connector.connect("bulk".try_into().unwrap(), socket).await.unwrap();
    let mut buffer = vec![0; PIECE];
    let mut received = 0;
    loop {
        match stream.read(&mut buffer).await.unwrap() {
            0 => break,
            bytes => received += bytes,
        }
    }
    assert_eq!(received, GIB);
    start.elapsed().as_secs_f64()
}

fn report(name: &str, mut seconds: Vec<f64>, processor: f64) {
    seconds.sort_by(f64::total_cmp);
    let median = seconds[seconds.len() / 2];
    println!(
        "{name:32} 1 GiB in {median:.2} s ({:.2}-{:.2}), {:.0} MB/s, {:.2} s of processor both ends",
        seconds[0],
        seconds[seconds.len() - 1],
        GIB as f64 / median / 1e6,
        processor / seconds.len() as f64,
    );
}

/// Processor time of every process of this program on the machine, in seconds.
fn processor_seconds() -> f64 {
    let ticks = |directory: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(directory.path().join("stat")).ok()?;
        let (name, rest) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let spent = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
        name.ends_with("(bulk").then_some(spent)
    };
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes.filter_map(ticks).sum::<f64>() / 100.0
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    use rustls::crypto::ring;
    Arc::new(rustls::crypto::CryptoProvider {
        cipher_suites: vec![ring::cipher_suite::TLS13_AES_128_GCM_SHA256],
        ..ring::default_provider()
    })
}

#[derive(Debug)]
struct Anyone;

impl rustls::client::danger::ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _certificate: &rustls::pki_types::CertificateDer<'_>,
        _intermediates: &[rustls::pki_types::CertificateDer<'_>],
        _name: &rustls::pki_types::ServerName<'_>,
        _ocsp: &[u8],
        _now: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &rustls::pki_types::CertificateDer<'_>,
        _signed: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::HandshakeNotComplete)
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &rustls::pki_types::CertificateDer<'_>,
        _signed: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        vec![rustls::SignatureScheme::ED25519]
    }
}
