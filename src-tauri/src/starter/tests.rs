//! Each way to start a service, with programs that write down what they were asked.

use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// A data dir, and a directory with a `systemctl` and a `homefold`.
struct Bed {
    dir: tempfile::TempDir,
    starter: Starter,
    client: Client,
}

impl Bed {
    /// `systemctl show` says that the unit is `unit`; `homefold` does what the script says.
    fn new(unit: &str, homefold: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let asked = dir.path().join("asked");
        let script = |name: &str, body: &str| {
            let path = dir.path().join(name);
            let text = format!("#!/bin/sh\necho \"{name} $*\" >>{}\n{body}\n", asked.display());
            // Written by a process of its own: a program that this one still has open for writing, in a child
            // of another test, can't be started.
            std::fs::write(path.with_extension("text"), text).unwrap();
            let mut install = std::process::Command::new("install");
            install.args(["-m", "755"]).arg(path.with_extension("text")).arg(&path);
            assert!(install.status().unwrap().success());
            path
        };
        let systemctl = script("systemctl", &format!("[ \"$2\" != show ] || echo {unit}"));
        let service = script("homefold", homefold);
        let client = Client::new(&dir.path().join("data"));
        Self { starter: Starter { systemctl, service }, client, dir }
    }

    fn data_dir(&self, is_default: bool) -> DataDir {
        DataDir { path: self.dir.path().join("data"), is_default }
    }

    fn asked(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("asked")).unwrap_or_default()
    }

    /// A service that begins to answer once a program was asked this.
    fn answer_after(&self, words: &'static str) {
        let (asked, data) = (self.dir.path().join("asked"), self.dir.path().join("data"));
        tokio::spawn(async move {
            while !std::fs::read_to_string(&asked).unwrap_or_default().contains(words) {
                tokio::task::yield_now().await;
            }
            api::fake::serve(&data).await.unwrap();
        });
    }

    /// Something at the socket that is no service of this version.
    fn speak_nonsense(&self) {
        let socket = self.data_dir(true).path.join(api::SOCKET_NAME);
        std::fs::create_dir_all(socket.parent().unwrap()).unwrap();
        let listener = tokio::net::UnixListener::bind(&socket).unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // Who restarts it takes its place.
                drop(std::fs::remove_file(&socket));
                drop(stream.read(&mut [0; 1_024]).await);
                let nonsense = b"220 mail is served here\r\n";
                drop(stream.write_all(nonsense).await);
            }
        });
    }
}

#[tokio::test]
async fn a_unit_that_the_system_knows_is_started() {
    let bed = Bed::new("loaded", "exit 9");
    bed.answer_after("systemctl --user start homefold.service");
    bed.starter.start(&bed.client, &bed.data_dir(true)).await.unwrap();
    assert!(!bed.asked().contains("homefold --data-dir"));
}

#[tokio::test]
async fn without_a_unit_or_for_another_data_dir_it_is_a_process_of_its_own() {
    for (unit, is_default) in [("not-found", true), ("loaded", false)] {
        let bed = Bed::new(unit, "exec sleep 5");
        bed.answer_after("service run");
        bed.starter.start(&bed.client, &bed.data_dir(is_default)).await.unwrap();
        let data = bed.dir.path().join("data");
        assert!(
            bed.asked().ends_with(&format!("homefold --data-dir {} service run\n", data.display()))
        );
        assert!(!bed.asked().contains("start homefold.service"));
    }
}

#[tokio::test]
async fn a_service_of_another_version_is_restarted_if_the_system_started_it() {
    let bed = Bed::new("loaded", "exit 9");
    bed.speak_nonsense();
    bed.answer_after("systemctl --user restart homefold.service");
    bed.starter.start(&bed.client, &bed.data_dir(true)).await.unwrap();

    let bed = Bed::new("not-found", "exit 9");
    bed.speak_nonsense();
    let error = bed.starter.start(&bed.client, &bed.data_dir(true)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Incomprehensible);
}

#[tokio::test]
async fn a_program_that_ends_at_once_or_is_missing_is_an_error_that_says_so() {
    let bed = Bed::new("not-found", "exit 9");
    let error = bed.starter.start(&bed.client, &bed.data_dir(true)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NoService);
    assert!(error.to_string().contains("exit status: 9"), "{error}");

    let missing =
        Starter { service: Path::new("/nowhere/homefold").to_owned(), ..bed.starter.clone() };
    let error = missing.start(&bed.client, &bed.data_dir(true)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NoService);
}

#[tokio::test]
async fn a_service_that_answers_is_left_alone() {
    let bed = Bed::new("loaded", "exit 9");
    let data = bed.dir.path().join("data");
    tokio::spawn(async move { api::fake::serve(&data).await });
    answers(&bed.client).await.unwrap();
    bed.starter.start(&bed.client, &bed.data_dir(true)).await.unwrap();
    assert_eq!(bed.asked(), "");
}
