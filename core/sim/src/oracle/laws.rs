//! What holds of every register, whoever tells it and whenever.

use model::{Causality, Entry, RelPath};

use super::Violation;

type Verdict = Result<(), Violation>;

fn broken(rule: &'static str, text: String) -> Verdict {
    Err(Violation { rule, text })
}

/// What stands side by side in one register.
///
/// # Errors
/// I8: one knew of the other, or nobody can tell them apart. I10: two results of one choice.
pub(super) fn lawful(path: &RelPath, siblings: &[Entry]) -> Verdict {
    for (place, one) in siblings.iter().enumerate() {
        for other in &siblings[place + 1..] {
            let ordered = match one.version.compare(&other.version) {
                Causality::Before | Causality::After => true,
                Causality::Concurrent | Causality::Equal => false,
            };
            if ordered || one.kind.is_live() && one.kind.same(&other.kind) {
                return broken("I8", format!("{path}: {one:?} beside {other:?}"));
            }
            if one.resolves.is_some() && one.resolves == other.resolves {
                return broken("I10", format!("{path}: {one:?} beside {other:?}"));
            }
        }
    }
    Ok(())
}
