//! `FOLDER`, `FOLDER/PATH` and directories, as they are typed. A place in a folder may be an absolute path of
//! this computer instead, as file managers know it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use api::client::Client;
use api::request::Nothing;

use crate::failure::Usage;
use crate::text::{said, say};

/// A place in a folder of the home; an empty path is the folder's top. Without a folder, the path is one of
/// this computer, until it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) folder: String,
    pub(crate) path: String,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (folder, path) = match text.starts_with('/') {
            true => ("", text),
            false => text.split_once('/').unwrap_or((text, "")),
        };
        if text.is_empty() {
            return Err(say(
                "write FOLDER or FOLDER/PATH, with the folder's name first",
                "écrivez DOSSIER ou DOSSIER/CHEMIN, le nom du dossier d'abord",
            )
            .to_owned());
        }
        Ok(Self { folder: folder.to_owned(), path: path.trim_end_matches('/').to_owned() })
    }
}

impl Place {
    /// The place in a folder, also of a path of this computer.
    ///
    /// # Errors
    /// The path lies in no folder of this device.
    pub(crate) async fn find(self, client: &Client) -> Result<Self> {
        if !self.folder.is_empty() {
            return Ok(self);
        }
        let status = client.status(&Nothing {}).await?;
        let ways = [Some(self.path.clone()), without_links(&self.path)];
        let found = ways.iter().flatten().find_map(|path| status.located(path));
        let Some((folder, path)) = found else {
            let path = crate::show::escape(&self.path);
            bail!(said!(
                "{path} lies in no folder that this device takes part in; `homefold folder list` shows where they are",
                "{path} n'est dans aucun dossier auquel cet appareil participe ; `homefold folder list` montre où ils sont"
            ));
        };
        Ok(Self { folder: folder.name.clone(), path })
    }
}

/// The same path with no link on the way to it; the entry itself may be one.
fn without_links(path: &str) -> Option<String> {
    let path = Path::new(path);
    let parent = path.parent()?.canonicalize().ok()?;
    parent.join(path.file_name()?).into_os_string().into_string().ok()
}

/// A place below the top of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntryPlace(pub(crate) Place);

impl FromStr for EntryPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let place: Place = text.parse()?;
        if place.path.is_empty() {
            return Err(no_entry().to_owned());
        }
        Ok(Self(place))
    }
}

impl EntryPlace {
    /// The place in a folder, also of a path of this computer.
    ///
    /// # Errors
    /// The path lies in no folder of this device, or is the top of one.
    pub(crate) async fn find(self, client: &Client) -> Result<Place> {
        let place = self.0.find(client).await?;
        if place.path.is_empty() {
            return Err(Usage::new(no_entry()).into());
        }
        Ok(place)
    }
}

fn no_entry() -> &'static str {
    say(
        "write FOLDER/PATH: which entry of the folder is meant?",
        "écrivez DOSSIER/CHEMIN : quelle entrée du dossier ?",
    )
}

/// A directory as the service takes it: absolute, and text.
///
/// # Errors
/// The name is no Unicode, or the working directory is gone.
pub(crate) fn absolute(directory: Option<PathBuf>) -> Result<Option<String>> {
    directory.as_deref().map(absolute_of).transpose()
}

fn absolute_of(directory: &Path) -> Result<String> {
    let whole = std::path::absolute(directory)
        .context(say("finding the working directory", "recherche du répertoire courant"))?;
    let text = whole.into_os_string().into_string();
    text.map_err(|_| {
        Usage::new(say(
            "the directory's name must be Unicode text",
            "le nom du répertoire doit être du texte Unicode",
        ))
        .into()
    })
}

/// An address to dial: `HOST:PORT`.
///
/// # Errors
/// A sentence for the person who typed it.
pub(crate) fn address(text: &str) -> Result<String, String> {
    let wrong = || {
        said!(
            "{text:?} is no address: write HOST:PORT, such as 192.168.1.20:22700",
            "{text:?} n'est pas une adresse : écrivez HÔTE:PORT, par exemple 192.168.1.20:22700"
        )
    };
    let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let bare = host.strip_prefix('[').map_or(host, |rest| rest.strip_suffix(']').unwrap_or(""));
    let port_fits = port.parse::<u16>().is_ok_and(|port| port > 0);
    if bare.is_empty() || !port_fits || (bare == host && host.contains(':')) {
        return Err(wrong());
    }
    Ok(text.to_owned())
}

/// An address that only this computer reaches.
///
/// # Errors
/// A sentence for the person who typed it.
pub(crate) fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| {
        said!(
            "{text:?} is no address: write ADDR:PORT, such as 127.0.0.1:0",
            "{text:?} n'est pas une adresse : écrivez ADDR:PORT, par exemple 127.0.0.1:0"
        )
    })?;
    if !address.ip().is_loopback() {
        return Err(say(
            "other computers could reach that: write a loopback address, such as 127.0.0.1:0",
            "d'autres ordinateurs pourraient y arriver : écrivez une adresse locale, par exemple 127.0.0.1:0",
        )
        .to_owned());
    }
    Ok(address)
}

/// What stands for standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// A pairing code: eight digits, however they are grouped; `-` stands for standard input.
///
/// # Errors
/// A sentence for the person who typed it.
pub(crate) fn code(text: &str) -> Result<String, String> {
    if text == STANDARD_INPUT {
        return Ok(text.to_owned());
    }
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(say(
            "a code has 8 digits, as `homefold invite` shows them",
            "un code a 8 chiffres, comme `homefold invite` les montre",
        )
        .to_owned());
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_ends_at_the_first_slash() {
        for (text, folder, path) in
            [("F", "F", ""), ("F/", "F", ""), ("F/a/b", "F", "a/b"), ("F/a/", "F", "a")]
        {
            let place: Place = text.parse().unwrap();
            assert_eq!((place.folder.as_str(), place.path.as_str()), (folder, path), "{text}");
        }
        assert!("".parse::<Place>().is_err());
        let place: Place = "/home/ada/Photos/".parse().unwrap();
        assert_eq!((place.folder.as_str(), place.path.as_str()), ("", "/home/ada/Photos"));
        assert!("F/".parse::<EntryPlace>().is_err());
    }

    #[test]
    fn an_address_has_a_host_and_a_port() {
        for good in ["10.0.0.1:22700", "nas.local:1", "[fe80::1%eth0]:22700"] {
            assert_eq!(address(good), Ok(good.to_owned()));
        }
        for bad in ["10.0.0.1", ":22700", "fe80::1:22700", "a:0", "a:65536", "[]:1", "[a:1", ""] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn web_clients_are_answered_on_this_computer_alone() {
        assert!(loopback("127.0.0.1:0").is_ok() && loopback("[::1]:80").is_ok());
        assert!(loopback("0.0.0.0:80").is_err() && loopback("here:80").is_err());
    }

    #[test]
    fn a_code_is_eight_digits_however_they_are_grouped() {
        for good in ["12345678", "1234-5678", "12 34 56 78"] {
            assert_eq!(code(good), Ok("12345678".to_owned()));
        }
        for bad in ["1234567", "123456789", "1234567a", "", "--------", "１２３４５６７８"]
        {
            assert!(code(bad).is_err(), "{bad}");
        }
    }
}
