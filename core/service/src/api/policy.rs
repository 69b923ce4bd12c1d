//! Policies: which hold, and where they are set.

use std::sync::Arc;

use ::api::request::PolicyRequest;
use ::api::view::{Done, PolicyView};
use engine::home::policy::SETTINGS;
use engine::home::{Home, Origin, Place, Target};

use super::Answer;
use crate::fault::ToApi;
use crate::node::Node;

/// The policies that hold at a target; for this device if none is given.
pub(super) fn show(node: &Node, request: &PolicyRequest) -> Answer<Vec<PolicyView>> {
    let home = node.home.get();
    let target = match &request.target {
        Some(text) => home.resolve_target(text).to_api()?,
        None => Target::Home,
    };
    let place = Place::from(&target);
    let mut views = Vec::new();
    for setting in SETTINGS {
        let Some((value, origin)) = home.policy(setting.key, place) else { continue };
        views.push(PolicyView {
            key: setting.key.to_owned(),
            value: value.to_string(),
            source: source(&home, &origin),
            meaning: setting.about.to_owned(),
        });
    }
    Ok(views)
}

/// Where a value is set, in names.
fn source(home: &Home, origin: &Origin) -> String {
    let folder = |id| home.folder(id).map_or_else(|| id.to_string(), |folder| folder.name);
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::Set(Target::Home) => "home".to_owned(),
        Origin::Set(Target::Device(device)) => format!("device:{}", home.name(device)),
        Origin::Set(Target::Folder(id)) => format!("folder:{}", folder(*id)),
        Origin::Set(Target::Pod(id, device)) => {
            format!("pod:{}@{}", folder(*id), home.name(device))
        }
        Origin::Set(Target::PodPath(id, device, path)) => {
            format!("pod:{}@{}/{path}", folder(*id), home.name(device))
        }
        Origin::Set(Target::Path(id, path)) => format!("path:{}/{path}", folder(*id)),
    }
}

/// Sets a policy, or takes it away.
pub(super) async fn set(
    node: &Arc<Node>,
    target: &str,
    key: String,
    value: Option<String>,
) -> Answer<Done> {
    let target = node.home.get().resolve_target(target).to_api()?;
    let said = node.door.ask(move |core, now| {
        core.say(now, |home, author| home.set_policy(author, &target, &key, value.as_deref()))
    });
    said.await.to_api()?.to_api()?;
    Ok(Done {})
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::api::{Language, text};

    #[test]
    fn every_policy_says_what_it_does_in_every_language() {
        for setting in SETTINGS {
            assert_eq!(text::policy(Language::En, setting.key), Some(setting.about));
            assert!(text::policy(Language::Fr, setting.key).is_some(), "{}", setting.key);
        }
    }
}
