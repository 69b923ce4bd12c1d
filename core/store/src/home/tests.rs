//! Tests of what is kept of the home.

use model::{Role, Stamp};
use wire::Fact;

use super::*;

fn place() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("home.db");
    (directory, file)
}

fn record(fact: Fact, millis: u64) -> Record {
    let stamp = Stamp { millis, count: 0 };
    Record { fact, stamp, author: DeviceId([1; 32]), signature: vec![7; 64] }
}

fn address(number: usize, seen_at: i64) -> Address {
    let address = format!("10.0.0.{number}:22000");
    Address { device: DeviceId([2; 32]), address, seen_at: WallTime(seen_at) }
}

#[test]
fn every_record_is_kept_and_survives_a_kill() {
    let (_directory, file) = place();
    let device = DeviceId([2; 32]);
    let member = record(Fact::Member { device, public_key: vec![1, 2], role: Role::Member }, 1);
    let removed = record(Fact::Removed { device }, 3);
    let mut home = Home::open(&file).unwrap();
    home.put_records(std::slice::from_ref(&member)).unwrap();
    home.put_records(std::slice::from_ref(&removed)).unwrap();
    std::mem::forget(home);
    assert_eq!(Home::open(&file).unwrap().records().unwrap(), [member, removed]);
}

#[test]
fn superfluous_records_go() {
    let (_directory, file) = place();
    let device = DeviceId([2; 32]);
    let old = record(Fact::Name { device, name: "attic".into() }, 2);
    let new = record(Fact::Name { device, name: "cellar".into() }, 3);
    let mut home = Home::open(&file).unwrap();
    home.put_records(&[old, new.clone()]).unwrap();
    home.prune_records(std::slice::from_ref(&new)).unwrap();
    assert_eq!(home.records().unwrap(), [new]);
}

#[test]
fn a_record_of_a_later_release_stays_where_it_is() {
    let (_directory, file) = place();
    let mut home = Home::open(&file).unwrap();
    let known = record(Fact::Removed { device: DeviceId([2; 32]) }, 3);
    home.put_records(std::slice::from_ref(&known)).unwrap();
    let sql = "INSERT INTO record (key, bytes) VALUES ('later', x'01ffff')";
    home.connection.execute(sql, []).unwrap();
    assert_eq!(home.records().unwrap(), [known]);
    let count: i64 =
        home.connection.query_row("SELECT count(*) FROM record", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2);
}

#[test]
fn settings_are_set_and_unset() {
    let (_directory, file) = place();
    let mut home = Home::open(&file).unwrap();
    home.set_setting("name", Some("attic")).unwrap();
    home.set_setting("paused", Some("yes")).unwrap();
    home.set_setting("paused", None).unwrap();
    assert_eq!(home.setting("name").unwrap().as_deref(), Some("attic"));
    assert_eq!(home.settings().unwrap().len(), 1);
}

#[test]
fn an_attached_folder_keeps_its_directory_whatever_its_name() {
    let (_directory, file) = place();
    let mut home = Home::open(&file).unwrap();
    let root = Some(path_of(b"/home/x/not utf8 \xff".to_vec()));
    let folder = FolderId([3; 16]);
    let place = Some(path_of(b"/home/x/there \xff".to_vec()));
    let portal = Attachment { folder, root: None, mode: Mode::Portal, place };
    home.attach(&portal).unwrap();
    assert_eq!(home.attachments().unwrap(), [portal]);
    let attachment = Attachment { folder, root, mode: Mode::Clone, place: None };
    home.attach(&attachment).unwrap();
    assert_eq!(home.attachments().unwrap(), [attachment]);
    home.detach(folder).unwrap();
    assert!(home.attachments().unwrap().is_empty());
}

#[test]
fn the_newest_addresses_of_a_device_are_kept() {
    let (_directory, file) = place();
    let mut home = Home::open(&file).unwrap();
    for number in 0..ADDRESSES_MAX + 3 {
        home.note_address(&address(number, number as i64)).unwrap();
    }
    home.note_address(&address(5, 100)).unwrap();
    let kept = home.addresses().unwrap();
    assert_eq!((kept.len(), &kept[0]), (ADDRESSES_MAX, &address(5, 100)));
    assert_eq!(kept[1], address(ADDRESSES_MAX + 2, ADDRESSES_MAX as i64 + 2));
}

#[test]
fn a_forgotten_home_leaves_only_the_settings_of_the_device() {
    let (_directory, file) = place();
    let mut home = Home::open(&file).unwrap();
    home.set_setting("name", Some("attic")).unwrap();
    home.note_contact(DeviceId([2; 32]), WallTime(5)).unwrap();
    assert_eq!(home.contacts().unwrap()[&DeviceId([2; 32])], WallTime(5));
    home.put_records(&[record(Fact::Removed { device: DeviceId([2; 32]) }, 3)]).unwrap();
    home.forget_home().unwrap();
    assert!(home.records().unwrap().is_empty() && home.contacts().unwrap().is_empty());
    assert_eq!(home.settings().unwrap().len(), 1);
}
