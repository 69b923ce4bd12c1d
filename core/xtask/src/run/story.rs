//! The demonstration, step by step. Each step checks what it claims and says it in plain words.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::{device::Device, sample};
use crate::stop::Stop;

/// How long anything may take until it has arrived.
const ARRIVAL_MAX: Duration = Duration::from_secs(30);

/// The folder's name in the home.
const FOLDER: &str = "Handbook";

/// The file that both sides edit.
const NOTE: &str = "shopping list.txt";

/// Two devices and the folder on each.
pub(crate) struct Scene<'a> {
    laptop: Device,
    desktop: Device,
    here: PathBuf,
    there: PathBuf,
    stop: &'a Stop,
}

/// Shows the main job; unless `once`, stays until Ctrl-C.
///
/// # Errors
/// When a step does not do what it says.
pub(super) fn tell(root: &Path, binary: &Path, stop: &Stop, once: bool) -> Result<()> {
    println!(
        "\nTwo devices will keep one folder in sync. Both run on this computer, each with its own"
    );
    println!("key, data and port, and know of each other only what they are told below.\n");
    let (scene, conflict) = until_conflict(root, binary, stop)?;
    scene.invite_to_play(binary, &conflict);
    if !once {
        println!("\nBoth devices stay until you press Ctrl-C.");
        stop.wait();
        println!("\nStopping both devices.");
    }
    scene.close()
}

/// Two paired devices with a shared folder, up to a conflict in it, whose id comes along. The desktop's test
/// begins there.
///
/// # Errors
/// When a step does not do what it says.
pub(crate) fn until_conflict<'a>(
    root: &Path,
    binary: &Path,
    stop: &'a Stop,
) -> Result<(Scene<'a>, String)> {
    let scene = open(root, binary, stop)?;
    scene.pair().context("pairing")?;
    scene.share().context("sharing the folder")?;
    scene.edits().context("editing on both sides")?;
    let conflict = scene.conflict().context("making a conflict")?;
    Ok((scene, conflict))
}

/// What the services wrote, for whoever has to find out why the demonstration failed.
pub(crate) fn show_logs(root: &Path) {
    for (name, log) in ["laptop", "desktop"].into_iter().flat_map(|name| {
        ["service.log", "commands.log"].map(|log| (name, root.join(name).join(log)))
    }) {
        let Ok(log) = fs::read_to_string(log) else { continue };
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("-- last words of {name}:");
        lines.iter().skip(lines.len().saturating_sub(30)).for_each(|line| eprintln!("   {line}"));
    }
}

fn open<'a>(root: &Path, binary: &Path, stop: &'a Stop) -> Result<Scene<'a>> {
    println!("1. Two devices start.");
    let laptop = Device::start("laptop", root, binary)?;
    let desktop = Device::start("desktop", root, binary)?;
    for device in [&laptop, &desktop] {
        println!("   {:8} is {} at {}", device.name, device.id, device.listen);
    }
    let (here, there) = (laptop.place.join(FOLDER), desktop.place.join(FOLDER));
    fs::create_dir(&here)?;
    fs::create_dir(&there)?;
    Ok(Scene { laptop, desktop, here, there, stop })
}

impl Scene<'_> {
    fn pair(&self) -> Result<()> {
        println!("2. They are paired: the laptop shows a code, the desktop types it.");
        let (mut invite, code) = self.laptop.begin(&["invite"])?;
        println!("   laptop:   homefold invite          -> {code}");
        println!("   desktop:  homefold join {code}");
        self.desktop.tell(&["join", &code, "--address", &self.laptop.listen])?;
        let status = invite.end(ARRIVAL_MAX)?;
        ensure!(status.success(), "invite ended with {status}");
        let both = || (connected(&self.laptop)? && connected(&self.desktop)?).then_some(());
        let (_, took) = self.stop.wait_for("the two devices to connect", ARRIVAL_MAX, both)?;
        println!("   They trust each other and are connected ({}).", spoken(took));
        Ok(())
    }

    fn share(&self) -> Result<()> {
        let (count, bytes) = sample::fill(&self.here)?;
        println!(
            "3. The laptop shares a folder of {count} files ({} KB), the desktop takes part.",
            bytes / 1000
        );
        let path = |path: &Path| path.display().to_string();
        let start = Instant::now();
        self.laptop.tell(&["folder", "create", FOLDER, &path(&self.here)])?;
        // The folder's name has to reach the desktop before it can be attached there.
        let attach = || self.desktop.tell(&["folder", "attach", FOLDER, &path(&self.there)]).ok();
        self.stop.wait_for("the folder's name to reach the desktop", ARRIVAL_MAX, attach)?;
        let expected = sample::files(&self.here)?;
        let equal =
            || sample::files(&self.there).is_ok_and(|found| found == expected).then_some(());
        self.stop.wait_for("every file to be on the desktop", ARRIVAL_MAX, equal)?;
        println!("   Every file is on the desktop, byte for byte ({}).", spoken(start.elapsed()));
        Ok(())
    }

    fn edits(&self) -> Result<()> {
        println!("4. An edit on each side arrives on the other.");
        self.arrives(&self.here, &self.there, "bread\n").context("laptop to desktop")?;
        self.arrives(&self.there, &self.here, "bread\nmilk\n").context("desktop to laptop")?;
        Ok(())
    }

    /// Writes the note on one side and waits until the other has it.
    fn arrives(&self, from: &Path, to: &Path, text: &str) -> Result<()> {
        fs::write(from.join(NOTE), text)?;
        let there =
            || fs::read(to.join(NOTE)).is_ok_and(|found| found == text.as_bytes()).then_some(());
        let (_, took) = self.stop.wait_for(&format!("\"{NOTE}\""), ARRIVAL_MAX, there)?;
        let (writer, reader) = match from == self.here {
            true => ("laptop", "desktop"),
            false => ("desktop", "laptop"),
        };
        println!("   {writer} saved \"{NOTE}\"; it was on the {reader} after {}.", spoken(took));
        Ok(())
    }

    /// Both sides edit the same file while they cannot talk; returns the conflict's id.
    fn conflict(&self) -> Result<String> {
        println!("5. Both edit the same file while the desktop is paused, then it resumes.");
        for device in [&self.laptop, &self.desktop] {
            device.tell(&["wait", FOLDER, "--timeout", "30s"])?;
        }
        self.desktop.tell(&["pause"])?;
        fs::write(self.here.join(NOTE), "bread\nmilk\napples\n")?;
        fs::write(self.there.join(NOTE), "bread\nmilk\npears\n")?;
        self.laptop.tell(&["folder", "rescan", FOLDER])?;
        self.desktop.tell(&["resume"])?;
        let mut ids = Vec::new();
        for device in [&self.laptop, &self.desktop] {
            let what = format!("the conflict to be listed on the {}", device.name);
            let (id, _) = self.stop.wait_for(&what, ARRIVAL_MAX, || listed(device))?;
            ids.push(id);
        }
        let [first, second] = ids.as_slice() else { bail!("two devices, two lists") };
        ensure!(first == second, "the devices name the conflict {first} and {second}");
        let note = |folder: &Path| fs::read(folder.join(NOTE)).ok();
        let equal = || note(&self.here).filter(|mine| note(&self.there).as_ref() == Some(mine));
        let (kept, _) = self.stop.wait_for("both sides to agree", ARRIVAL_MAX, equal)?;
        println!("   Both devices list the conflict {first}. Nothing is lost:");
        println!("   \"{NOTE}\" reads the same on both ({}), and the other", last_line(&kept));
        println!("   version is kept until you decide.");
        Ok(first.clone())
    }

    fn invite_to_play(&self, binary: &Path, conflict: &str) {
        println!("\nNow play: change files in either of these folders and look at the other.");
        println!("   {}", self.here.display());
        println!("   {}", self.there.display());
        println!(
            "Commands to try (the laptop's; put `desktop` for `laptop` to ask the other one):"
        );
        let start = format!(
            "{} --data-dir {}",
            binary.display(),
            self.laptop.place.join("state").display()
        );
        for command in [
            "status".to_owned(),
            "conflict list".to_owned(),
            format!("conflict resolve {conflict} --keep both"),
            format!("ls {FOLDER}"),
            format!("history \"{FOLDER}/{NOTE}\""),
            "events --follow".to_owned(),
        ] {
            println!("   {start} {command}");
        }
    }

    /// How many conflicts the laptop lists.
    pub(crate) fn conflicts(&self) -> Option<usize> {
        self.laptop.ask(&["conflict", "list"]).ok()?.as_array().map(Vec::len)
    }

    /// What the laptop's service is doing.
    pub(crate) fn state(&self) -> Option<String> {
        self.laptop.ask(&["status"]).ok()?["state"].as_str().map(str::to_owned)
    }

    /// Where the laptop's drive is mounted.
    pub(crate) fn drive(&self) -> Option<String> {
        self.laptop.ask(&["status"]).ok()?["drive"]["path"].as_str().map(str::to_owned)
    }

    /// Where the note stands that both sides have edited.
    pub(crate) fn note(&self) -> String {
        self.here.join(NOTE).display().to_string()
    }

    /// Deletes every file of the laptop's directory, as by accident; what was there.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(crate) fn lose_all(&self) -> Result<sample::Files> {
        let lost = sample::files(&self.here)?;
        for (path, _) in &lost {
            fs::remove_file(self.here.join(path))?;
        }
        Ok(lost)
    }

    /// Whether the laptop's directory holds exactly this.
    pub(crate) fn holds(&self, files: &sample::Files) -> bool {
        sample::files(&self.here).is_ok_and(|found| found == *files)
    }

    /// Gives the desktop another name, on the laptop.
    ///
    /// # Errors
    /// When the service refuses.
    pub(crate) fn rename_desktop(&self, name: &str) -> Result<()> {
        self.laptop.tell(&["device", "rename", &self.desktop.id, name])
    }

    /// Ends the laptop's service alone.
    ///
    /// # Errors
    /// When it had to be killed.
    pub(crate) fn stop_laptop(&mut self) -> Result<()> {
        self.laptop.end_service()
    }

    /// Ends both devices.
    ///
    /// # Errors
    /// When one had to be killed.
    pub(crate) fn close(self) -> Result<()> {
        let stopped = [self.laptop.stop(), self.desktop.stop()];
        stopped.into_iter().collect()
    }
}

/// Whether this device has another one on the line.
fn connected(device: &Device) -> Option<bool> {
    let status = device.ask(&["status"]).ok()?;
    let mut devices = status["devices"].as_array()?.iter();
    Some(devices.any(|other| other["connected"] == true && other["id"] != *device.id))
}

/// The id of the note's conflict, once this device lists it.
fn listed(device: &Device) -> Option<String> {
    let list = device.ask(&["conflict", "list"]).ok()?;
    let conflicts = list.as_array()?.iter();
    let mut ours = conflicts
        .filter(|conflict| conflict["path"].as_str().is_some_and(|path| path.ends_with(NOTE)));
    ours.next()?["id"].as_str().map(str::to_owned)
}

fn last_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().last().unwrap_or_default().to_owned()
}

fn spoken(time: Duration) -> String {
    match time.as_millis() {
        millis if millis < 1000 => format!("{millis} ms"),
        millis => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
    }
}
