//! Whether this computer may be switched off, in one sentence: the same as on the first page.
//!
//! It never says yes unless the service does.

use api::view::StatusView;

use crate::text::Speech;

/// The sentence; none as long as nothing here could be lost.
pub(crate) fn switch_off(status: &StatusView, speech: &Speech) -> Option<String> {
    let here = || status.folders.iter().filter(|folder| folder.mode.is_some());
    if here().all(|folder| folder.files == 0) {
        return None;
    }
    if status.devices.is_empty() {
        let alone = speech
            .say("This computer holds the only copy", "Cet ordinateur détient la seule copie");
        return Some(alone.to_owned());
    }
    let files: u64 = here().map(|folder| folder.unsafe_files).sum();
    if files == 0 {
        let safe =
            speech.say("This computer can be switched off", "Cet ordinateur peut être éteint");
        return Some(safe.to_owned());
    }
    let bytes = speech.bytes(here().map(|folder| folder.unsafe_bytes).sum());
    let what = speech.count(files, ["file is", "files are"], ["fichier n'est", "fichiers ne sont"]);
    let start = speech.say("Better leave this computer on: ", "Mieux vaut le laisser allumé : ");
    let end = speech.say("not yet on another device", "pas encore sur un autre appareil");
    Some(format!("{start}{what} {end} ({bytes})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sight::tests::{folder, status};
    use crate::text::tests::speech;
    use api::Language;

    fn said(change: impl FnOnce(&mut StatusView)) -> [Option<String>; 2] {
        let status = status(change);
        [Language::En, Language::Fr].map(|language| switch_off(&status, &speech(language)))
    }

    fn both(english: &str, french: &str) -> [Option<String>; 2] {
        [Some(english.to_owned()), Some(french.to_owned())]
    }

    #[test]
    fn it_may_be_switched_off_only_if_every_folder_here_says_so() {
        let safe = both("This computer can be switched off", "Cet ordinateur peut être éteint");
        assert_eq!(said(|_| ()), safe);
        let unsafe_ones = said(|status| {
            status.folders.push(folder("Music"));
            (status.folders[1].unsafe_files, status.folders[1].unsafe_bytes) = (4, 2_100_000);
        });
        assert_eq!(
            unsafe_ones,
            both(
                "Better leave this computer on: 4 files are not yet on another device (2.1 MB)",
                "Mieux vaut le laisser allumé : 4 fichiers ne sont pas encore sur un autre appareil (2,1 Mo)",
            )
        );
        let one = said(|status| status.folders[0].unsafe_files = 1);
        assert_eq!(
            one,
            both(
                "Better leave this computer on: 1 file is not yet on another device (0 B)",
                "Mieux vaut le laisser allumé : 1 fichier n'est pas encore sur un autre appareil (0 o)",
            )
        );
    }

    #[test]
    fn a_single_device_holds_the_only_copy_and_one_without_files_can_lose_none() {
        let alone =
            both("This computer holds the only copy", "Cet ordinateur détient la seule copie");
        assert_eq!(said(|status| status.devices.clear()), alone);
        assert_eq!(said(|status| status.folders[0].files = 0), [None, None]);
        assert_eq!(said(|status| status.folders[0].mode = None), [None, None]);
    }
}
