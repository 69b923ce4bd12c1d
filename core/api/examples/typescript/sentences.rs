//! The sentences for errors, problems, held batches and policies, one table for each language.

use std::collections::BTreeMap;

use api::text::{held, policy, policy_keys, problem, sentence};
use api::{ErrorCode, HeldCause, Language, Problem};
use serde::Serialize;

/// What stands for the subject of a sentence.
const SUBJECT: &str = "{}";

#[derive(Serialize)]
struct Sentences {
    /// By code: the sentence that fits every subject, and the one that names it.
    errors: BTreeMap<&'static str, [String; 2]>,
    problems: BTreeMap<&'static str, &'static str>,
    held: BTreeMap<&'static str, &'static str>,
    policies: BTreeMap<&'static str, &'static str>,
}

/// The file's text.
pub(crate) fn text() -> serde_json::Result<String> {
    let (en, fr) = (of(Language::En), of(Language::Fr));
    Ok(format!(
        "// Made by `cargo xtask ui types` from core/api/src/text; not to be edited.\n\nexport const en = {} as const;\n\nexport const fr = {} as const;\n",
        serde_json::to_string_pretty(&en)?,
        serde_json::to_string_pretty(&fr)?
    ))
}

fn of(language: Language) -> Sentences {
    let both = |code: &ErrorCode| {
        let about = sentence(language, *code, Some(SUBJECT));
        (code.word(), [sentence(language, *code, None), about])
    };
    Sentences {
        errors: ErrorCode::ALL.iter().map(both).collect(),
        problems: Problem::ALL.iter().map(|one| (one.word(), problem(language, *one))).collect(),
        held: HeldCause::ALL.iter().map(|one| (one.word(), held(language, *one))).collect(),
        policies: policy_keys().filter_map(|key| Some((key, policy(language, key)?))).collect(),
    }
}
