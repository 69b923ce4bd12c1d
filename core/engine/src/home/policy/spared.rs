//! Programs whose reads fetch nothing.
//!
//! They look into every file that they find, without anybody having asked for it: one walk of an indexer over a
//! drive would bring everything here.

/// The word for nobody, and for [`KNOWN`] among other names.
pub(super) const NONE: &str = "none";
pub(super) const DEFAULT: &str = "default";

/// Those that are known: thumbnailers, indexers and virus scanners of usual desktops.
const KNOWN: &[&str] = &[
    "tumblerd",
    "gnome-thumbnail-font",
    "gdk-pixbuf-thumbnailer",
    "glycin-thumbnailer",
    "evince-thumbnailer",
    "totem-video-thumbnailer",
    "ffmpegthumbnailer",
    "gsf-office-thumbnailer",
    "tracker-miner-fs-3",
    "tracker-extract-3",
    "localsearch-3",
    "localsearch-extractor-3",
    "baloo_file",
    "baloo_file_extractor",
    "baloorunner",
    "recollindex",
    "updatedb",
    "updatedb.plocate",
    "clamscan",
    "clamd",
    "clamdscan",
    "clamonacc",
    "maldet",
    "rkhunter",
    "chkrootkit",
    "savscan",
    "savd",
];

/// A name of a program.
const NAME_MAX: usize = 64;
/// Bytes of a program's name that a Linux kernel tells.
const TOLD: usize = 15;

/// The names in `text`, without what is not theirs; `None` if one can't be a program's.
pub(super) fn parse(text: &str) -> Option<String> {
    if text == NONE {
        return Some(String::new());
    }
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    let is_name = |name: &&str| {
        (1..=NAME_MAX).contains(&name.len())
            && !name.contains('/')
            && !name.contains(char::is_control)
    };
    names.iter().all(is_name).then(|| names.join(","))
}

/// Whether `program` is among the names.
pub(super) fn names(names: &str, program: &str) -> bool {
    names.split(',').any(|name| match name {
        DEFAULT => KNOWN.iter().any(|known| is(known, program)),
        name => is(name, program),
    })
}

fn is(name: &str, program: &str) -> bool {
    let told = name.as_bytes().get(..TOLD).unwrap_or(name.as_bytes());
    !program.is_empty() && (name == program || told == program.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_as_much_of_its_name_as_the_system_tells() {
        assert!(names(DEFAULT, "tumblerd"));
        assert!(names(DEFAULT, "ffmpegthumbnail"));
        assert!(names(DEFAULT, "ffmpegthumbnailer"));
        assert!(!names(DEFAULT, "ffmpeg") && !names(DEFAULT, "cp") && !names(DEFAULT, ""));
    }

    #[test]
    fn a_person_names_others_beside_the_known_ones_or_instead() {
        let both = parse(" default , viewer").unwrap();
        assert_eq!(both, "default,viewer");
        assert!(names(&both, "viewer") && names(&both, "clamd"));
        let own = parse("viewer").unwrap();
        assert!(names(&own, "viewer") && !names(&own, "clamd"));
        let nobody = parse(NONE).unwrap();
        assert!(!names(&nobody, "clamd") && !names(&nobody, ""));
    }

    #[test]
    fn what_can_be_no_name_is_refused() {
        for text in ["", "a,,b", ",", "/usr/bin/cat", "a\nb", &"x".repeat(65)] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
