//! What is done on the virtual screen, step by step; each step checks what it claims.
//!
//! Runs inside the session that `desktop` starts (`cargo xtask desktop-session`, which nobody types). Two
//! real devices have a real conflict; the app belongs to the laptop.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;

use super::bus::{self, Notices};
use super::driver::Driver;
use super::screen::Screen;
use super::tray::Tray;
use crate::process::{self, Process};
use crate::run::story::{self, Scene};
use crate::stop::Stop;

/// How long anything may take until it is seen.
const SEEN_MAX: Duration = Duration::from_secs(30);

/// Where everything is.
#[derive(Args)]
pub(crate) struct Options {
    #[arg(long)]
    place: PathBuf,
    #[arg(long)]
    built: PathBuf,
    #[arg(long)]
    pictures: PathBuf,
    #[arg(long)]
    language: String,
}

/// The words that are looked for, in the desktop's language.
struct Words {
    title: &'static str,
    conflict: &'static str,
    conflicts: &'static str,
    both: &'static str,
    notice: &'static str,
    held: &'static str,
    put_back: &'static str,
    fine: &'static str,
    pause: &'static str,
    half_hour: &'static str,
    paused: &'static str,
    resume: &'static str,
    folders: &'static str,
    open: &'static str,
    drive: &'static str,
    goes_on: &'static str,
    stopped: &'static str,
    start: &'static str,
    quit: &'static str,
}

const ENGLISH: Words = Words {
    title: "Home · Homefold",
    conflict: "1 conflict to look at",
    conflicts: "Conflicts (1)",
    both: "Keep both",
    notice: "Two versions of shopping list.txt",
    held: "deletions are on hold",
    put_back: "Put the files back",
    fine: "Everything is up to date on 2 devices",
    pause: "Pause",
    half_hour: "For 30 minutes",
    paused: "Paused until",
    resume: "Resume",
    folders: "Folders · Homefold",
    open: "Open Homefold",
    drive: "Open the drive",
    goes_on: "Homefold goes on",
    stopped: "Homefold's service is not running",
    start: "Start Homefold's service",
    quit: "Quit",
};

const FRENCH: Words = Words {
    title: "Accueil · Homefold",
    conflict: "1 conflit à regarder",
    conflicts: "Conflits (1)",
    both: "Garder les deux",
    notice: "Deux versions de shopping list.txt",
    held: "suppressions sont retenues",
    put_back: "Remettre les fichiers",
    fine: "Tout est à jour sur 2 appareils",
    pause: "Mettre en pause",
    half_hour: "Pendant 30 minutes",
    paused: "En pause jusqu'à",
    resume: "Reprendre",
    folders: "Dossiers · Homefold",
    open: "Ouvrir Homefold",
    drive: "Ouvrir le lecteur",
    goes_on: "Homefold continue",
    stopped: "Le service Homefold ne tourne pas",
    start: "Lancer le service Homefold",
    quit: "Quitter",
};

/// Plays it.
///
/// # Errors
/// When a step does not do what it says.
pub(crate) fn run(options: &Options) -> Result<()> {
    let stop = Stop::listen()?;
    let outcome = play(options, &stop);
    if outcome.is_err() {
        story::show_logs(&options.place);
        for log in ["app.log", "desktop.log"] {
            let text = std::fs::read_to_string(options.place.join(log)).unwrap_or_default();
            eprintln!("-- {log}:\n{text}");
        }
    }
    outcome
}

fn play(options: &Options, stop: &Stop) -> Result<()> {
    let (mut scene, _) =
        story::until_conflict(&options.place, &options.built.join("homefold"), stop)?;
    let screen = Screen::start(&options.place, options.pictures.clone(), stop)?;
    // From before the first start on: what that one tells, the next must not tell again.
    let notices = Notices::listen(options.place.join("notices.log"))?;
    page(options, stop, &scene)?;
    let app = start_app(options, "app.log")?;
    let words = if options.language == "fr" { FRENCH } else { ENGLISH };
    let mut desk = Desk { options, stop, screen, notices, words, app };
    println!("On a desktop ({}):", options.language);
    let tray = desk.opens()?;
    desk.decides(&tray, &scene)?;
    desk.puts_back(&tray, &scene)?;
    desk.opens_the_drive(&tray, &scene)?;
    desk.pauses(&tray, &scene)?;
    desk.closes(&tray)?;
    desk.remembers_its_place(&tray)?;
    desk.shows_a_history(&tray, &scene)?;
    desk.starts_the_service(&tray, &mut scene)?;
    desk.quits(&tray)?;
    scene.close()
}

/// The page in the window shows what the service answers, and what it says by itself.
fn page(options: &Options, stop: &Stop, scene: &Scene<'_>) -> Result<()> {
    let data_dir = options.place.join("laptop/state");
    let driver = Driver::start(&options.built.join("homefold-app"), &data_dir, stop)?;
    let reads = |words: &'static str| {
        let driver = &driver;
        move || driver.text().ok().filter(|text| text.contains(words)).map(drop)
    };
    stop.wait_for("the page to name the other device", SEEN_MAX, reads("desktop"))?;
    scene.rename_desktop("attic")?;
    stop.wait_for("the page to follow a new name", SEEN_MAX, reads("attic"))?;
    let refused = driver.run("return typeof window.__TAURI__ + typeof window.require")?;
    ensure!(refused == "undefinedundefined", "the page has more than it needs: {refused}");
    // Nothing hangs on it: it says whether the code of an invitation can be scanned in the window.
    let sees = driver.run("return typeof navigator.mediaDevices?.getUserMedia")?;
    println!("The window can ask for a camera: {}.", sees == "function");
    drop(driver);
    // The driver closes the window, which is no reason for the app to end.
    let app = options.built.join("homefold-app");
    process::with_argument(&app)?.into_iter().for_each(process::terminate);
    let gone = || (!bus::has_owner(super::APP_NAME)).then_some(());
    stop.wait_for("the driver's app to be gone", SEEN_MAX, gone)?;
    println!("The page in the window shows the home and follows it.");
    Ok(())
}

fn start_app(options: &Options, log: &str) -> Result<Process> {
    start_app_with(options, log, &[])
}

fn start_app_with(options: &Options, log: &str, arguments: &[&str]) -> Result<Process> {
    let mut command = Command::new(options.built.join("homefold-app"));
    command.args(arguments);
    command.env("HOMEFOLD_DATA_DIR", options.place.join("laptop/state"));
    command.env("PATH", with_opener(&options.place)?);
    command.stderr(File::create(options.place.join(log))?);
    Process::start("the app", &mut command)
}

/// The programs of this machine, and before them one that notes what is to be opened.
fn with_opener(place: &Path) -> Result<OsString> {
    let bin = place.join("bin");
    std::fs::create_dir_all(&bin)?;
    let opener = bin.join("xdg-open");
    std::fs::write(&opener, "#!/bin/sh\necho \"$1\" >>\"$(dirname \"$0\")/opened\"\n")?;
    std::fs::set_permissions(&opener, Permissions::from_mode(0o755))?;
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(bin).chain(std::env::split_paths(&others));
    Ok(std::env::join_paths(all)?)
}

/// The desktop with the app on it.
struct Desk<'a> {
    options: &'a Options,
    stop: &'a Stop,
    screen: Screen,
    notices: Notices,
    words: Words,
    app: Process,
}

impl Desk<'_> {
    fn opens(&self) -> Result<Tray> {
        // The page names itself, so it has been drawn.
        let window = || self.screen.has_window(self.words.title).then_some(());
        self.see("the window", window)?;
        let (tray, _) = self.stop.wait_for("the icon in the tray", SEEN_MAX, Tray::find)?;
        self.says(&tray, self.words.conflict)?;
        self.see("the notice of the conflict", || {
            (self.notices.count(self.words.notice) > 0).then_some(())
        })?;
        println!("   The window is there, the tray tells of the conflict, and a notice did.");
        Ok(tray)
    }

    fn decides(&self, tray: &Tray, scene: &Scene<'_>) -> Result<()> {
        self.open_menu("tray-conflict")?;
        let conflict = [self.words.conflicts, "shopping list.txt", self.words.both];
        tray.click(&conflict)?;
        self.see("the conflict to be decided", || {
            scene.conflicts().filter(|count| *count == 0).map(drop)
        })?;
        self.says(tray, self.words.fine)?;
        ensure!(self.notices.count(self.words.notice) == 1, "the conflict was told more than once");
        self.open_menu("tray-fine")?;
        self.screen.picture("window")?;
        println!("   The conflict is decided from the tray; it was told once.");
        Ok(())
    }

    fn puts_back(&self, tray: &Tray, scene: &Scene<'_>) -> Result<()> {
        let lost = scene.lose_all()?;
        let told = || tray.sentence().filter(|sentence| sentence.contains(self.words.held));
        let (held, _) = self.stop.wait_for("the tray to tell of the held batch", SEEN_MAX, told)?;
        self.see("the notice of the held batch", || {
            (self.notices.count(self.words.held) > 0).then_some(())
        })?;
        self.open_menu("tray-held")?;
        tray.click(&[&held, self.words.put_back])?;
        self.see("the files to be back", || scene.holds(&lost).then_some(()))?;
        self.says(tray, self.words.fine)?;
        ensure!(self.notices.count(self.words.held) == 1, "the held batch was told more than once");
        println!("   Every file was deleted and is put back from the tray; it was told once.");
        Ok(())
    }

    /// Twice: the first time it has to be mounted.
    fn opens_the_drive(&self, tray: &Tray, scene: &Scene<'_>) -> Result<()> {
        if !Path::new("/dev/fuse").exists() {
            println!("   NOT RUN: the drive, as this system has no /dev/fuse.");
            return Ok(());
        }
        ensure!(scene.drive().is_none(), "the drive is mounted before anybody asked for it");
        let opened = self.options.place.join("bin/opened");
        for times in 1..=2 {
            tray.click(&[self.words.drive])?;
            self.see("the drive to be opened", || {
                let mounted = scene.drive()?;
                let text = std::fs::read_to_string(&opened).ok()?;
                let all: Vec<_> = text.lines().collect();
                (all.len() == times && all.iter().all(|one| *one == mounted)).then_some(())
            })?;
        }
        println!("   The drive is mounted and opened from the tray.");
        Ok(())
    }

    fn pauses(&self, tray: &Tray, scene: &Scene<'_>) -> Result<()> {
        let paused = |wanted: bool| {
            move || scene.state().filter(|state| (state == "paused") == wanted).map(drop)
        };
        tray.click(&[self.words.pause, self.words.half_hour])?;
        self.see("the service to pause", paused(true))?;
        self.says(tray, self.words.paused)?;
        self.open_menu("tray-paused")?;
        tray.click(&[self.words.resume])?;
        self.see("the service to go on", paused(false))?;
        self.says(tray, self.words.fine)?;
        println!("   It pauses for half an hour and goes on from the tray.");
        Ok(())
    }

    fn closes(&mut self, tray: &Tray) -> Result<()> {
        let shown = |wanted: bool| (self.screen.has_window("Homefold") == wanted).then_some(());
        for _ in 0..2 {
            self.screen.close("Homefold")?;
            self.see("the window to close", || shown(false))?;
            self.see("the notice that syncing goes on", || {
                (self.notices.count(self.words.goes_on) > 0).then_some(())
            })?;
            tray.click(&[self.words.open])?;
            self.see("the window to open again", || shown(true))?;
        }
        ensure!(self.notices.count(self.words.goes_on) == 1, "it was told more than once");
        self.screen.close("Homefold")?;
        self.see("the window to close", || shown(false))?;
        let status = start_app(self.options, "second.log")?.end(SEEN_MAX)?;
        ensure!(status.success(), "a second start ended with {status}");
        self.see("a second start to show the window", || shown(true))?;
        println!(
            "   Closed, the app stays in the tray and says so once; a second start shows the window."
        );
        Ok(())
    }

    fn remembers_its_place(&self, tray: &Tray) -> Result<()> {
        let place = || self.screen.place("Homefold").unwrap_or_default();
        let before = place();
        self.screen.put("Homefold", [140, 90, 900, 560])?;
        let moved = || (place() != before && place().contains("900x560")).then_some(());
        self.see("the window to be moved", moved)?;
        let put = place();
        self.screen.close("Homefold")?;
        self.see("the window to close", || (!self.screen.has_window("Homefold")).then_some(()))?;
        tray.click(&[self.words.open])?;
        self.see(&format!("the window to stand where it stood ({put})"), || {
            (place() == put).then_some(())
        })?;
        println!("   The window opens where it was closed, and as large.");
        Ok(())
    }

    /// As the menus of file managers ask for it: in the open window, and in a new one.
    fn shows_a_history(&self, tray: &Tray, scene: &Scene<'_>) -> Result<()> {
        let note = scene.note();
        for window in ["open", "new"] {
            let mut asked = start_app_with(self.options, "history.log", &["--history", &note])?;
            ensure!(asked.end(SEEN_MAX)?.success(), "asking for a history ended badly");
            let shown = || self.screen.has_window(self.words.folders).then_some(());
            self.see(&format!("the history in the {window} window"), shown)?;
            // The picture is for people; the page has its title before it is drawn.
            std::thread::sleep(Duration::from_millis(1_500));
            self.screen.picture(&format!("history-{window}"))?;
            self.screen.close("Homefold")?;
            let gone = || (!self.screen.has_window("Homefold")).then_some(());
            self.see("the window to close", gone)?;
        }
        tray.click(&[self.words.open])?;
        let shown = || self.screen.has_window(self.words.title).then_some(());
        self.see("the window to open again", shown)?;
        println!("   A file's earlier versions are shown when its path is given.");
        Ok(())
    }

    /// The laptop's service ends and comes back from the tray; it is not the scene's any more.
    fn starts_the_service(&self, tray: &Tray, scene: &mut Scene<'_>) -> Result<()> {
        scene.stop_laptop()?;
        self.says(tray, self.words.stopped)?;
        self.screen.picture("window-stopped")?;
        self.open_menu("tray-stopped")?;
        let start = || tray.click(&[self.words.start]).ok();
        self.see("the tray to offer to start it", start)?;
        self.says(tray, self.words.fine)?;
        ensure!(self.services()?.len() == 1, "not one service runs for the laptop");
        println!("   The service ended; the tray says so and starts it again.");
        Ok(())
    }

    fn quits(&mut self, tray: &Tray) -> Result<()> {
        tray.click(&[self.words.quit])?;
        let status = self.app.end(SEEN_MAX)?;
        ensure!(status.success(), "the app ended with {status}");
        let services = self.services()?;
        ensure!(services.len() == 1, "the service ended with the app");
        services.into_iter().for_each(process::terminate);
        let ended = || self.services().is_ok_and(|left| left.is_empty()).then_some(());
        self.see("the service to end when it is asked to", ended)?;
        println!("   The app is quit, the service goes on.");
        Ok(())
    }

    /// The services that run for the laptop, whoever started them.
    fn services(&self) -> Result<Vec<u32>> {
        process::with_argument(&self.options.place.join("laptop/state"))
    }

    /// A picture of the open menu, which a person then closes without choosing.
    fn open_menu(&self, name: &str) -> Result<()> {
        let (x, y) = self.tray_place();
        self.screen.click(x, y, 1)?;
        // The picture is for people; nothing hangs on whether the menu had time to open.
        std::thread::sleep(Duration::from_millis(700));
        self.screen.picture(name)?;
        self.screen.press("Escape")
    }

    /// Where the panel draws the tray's icon: left of its clock.
    fn tray_place(&self) -> (u32, u32) {
        (1_196, 15)
    }

    fn says(&self, tray: &Tray, words: &str) -> Result<()> {
        let said = || tray.sentence().filter(|sentence| sentence.starts_with(words)).map(drop);
        self.see(&format!("the tray to say {words:?}"), said)
    }

    fn see(&self, what: &str, found: impl FnMut() -> Option<()>) -> Result<()> {
        self.stop.wait_for(what, SEEN_MAX, found).map(drop)
    }
}
