//! The rules over manifests: pure functions over what cargo says about the workspace.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Layer, Wrapper};

/// One dependency as a manifest names it.
#[derive(Debug, Clone)]
pub(super) struct Dependency {
    name: String,
    only_in_tests: bool,
}

/// Our crates, each with everything that its manifest names.
pub(super) type Crates = BTreeMap<String, Vec<Dependency>>;

/// The workspace's crates from the output of `cargo metadata --no-deps`.
pub(super) fn crates_of(metadata: &Value) -> Crates {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let dependency = |value: &Value| Dependency {
        name: text(&value["name"]),
        only_in_tests: value["kind"].as_str() == Some("dev"),
    };
    let packages = list(&metadata["packages"]).into_iter();
    packages
        .map(|one| {
            (text(&one["name"]), list(&one["dependencies"]).iter().map(dependency).collect())
        })
        .collect()
}

/// Edges between our crates that the table does not allow, and crates that it does not know.
pub(super) fn edges(crates: &Crates, layers: &[Layer]) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, dependencies) in crates {
        let Some(layer) = layers.iter().find(|layer| layer.name == name) else {
            faults.push(format!("{name} has no place in the table of layers"));
            continue;
        };
        for used in dependencies.iter().filter(|used| crates.contains_key(&used.name)) {
            if !layer.may_use.contains(&used.name.as_str()) && used.name != *name {
                let allowed = layer.may_use.join(", ");
                faults.push(format!("{name} uses {}; it may use: {allowed}", used.name));
            }
        }
    }
    faults
}

/// Libraries named outside their homes.
pub(super) fn wrappers(crates: &Crates, wrappers: &[Wrapper]) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, dependencies) in crates {
        for used in dependencies.iter().filter(|used| !used.only_in_tests) {
            let rule = wrappers.iter().find(|Wrapper { library, .. }| *library == used.name);
            let Some(rule) = rule.filter(|rule| !rule.homes.contains(&name.as_str())) else {
                continue;
            };
            let homes = rule.homes.join(", ");
            faults.push(format!("{name} names {}, which belongs to: {homes}", used.name));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{Crates, Layer, Wrapper, crates_of, edges, wrappers};

    const LAYERS: &[Layer] =
        &[Layer { name: "low", may_use: &[] }, Layer { name: "high", may_use: &["low"] }];
    const WRAPPERS: &[Wrapper] = &[Wrapper { library: "quinn", homes: &["high"] }];

    fn crates(low: &[(&str, Option<&str>)]) -> Crates {
        let low: Vec<_> = low
            .iter()
            .map(|(name, kind)| serde_json::json!({"name": name, "kind": kind}))
            .collect();
        crates_of(&serde_json::json!({"packages": [
            {"name": "low", "dependencies": low},
            {"name": "high", "dependencies": [{"name": "low", "kind": null}, {"name": "quinn", "kind": null}]},
        ]}))
    }

    #[test]
    fn a_downward_edge_is_fine() {
        let crates = crates(&[]);
        assert!(edges(&crates, LAYERS).is_empty());
        assert!(wrappers(&crates, WRAPPERS).is_empty());
    }

    #[test]
    fn an_upward_edge_is_a_fault_in_tests_too() {
        assert_eq!(edges(&crates(&[("high", None)]), LAYERS).len(), 1);
        assert_eq!(edges(&crates(&[("high", Some("dev"))]), LAYERS).len(), 1);
    }

    #[test]
    fn a_library_away_from_home_is_a_fault_except_in_tests() {
        assert_eq!(wrappers(&crates(&[("quinn", None)]), WRAPPERS).len(), 1);
        assert!(wrappers(&crates(&[("quinn", Some("dev"))]), WRAPPERS).is_empty());
    }

    #[test]
    fn an_unknown_crate_is_a_fault() {
        assert_eq!(edges(&crates(&[]), &LAYERS[..1]).len(), 1);
    }
}
