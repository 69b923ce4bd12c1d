//! The API's words as choices on the command line, so that help and completions list them.

use api::{Keep, Mode, Role};
use clap::builder::{PossibleValuesParser, TypedValueParser};

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident, $words:ident) => {
        $(#[$doc])*
        pub(crate) fn $name() -> impl TypedValueParser<Value = $words> {
            PossibleValuesParser::new($words::ALL.iter().map(|one| one.word()))
                .try_map(|text| text.parse::<$words>())
        }
    };
}

choice!(
    /// What a device may do.
    role, Role
);
choice!(
    /// How much of a folder is held.
    mode, Mode
);
choice!(
    /// Which side of a conflict stays.
    keep, Keep
);
