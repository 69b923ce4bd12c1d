//! Policies.

use super::views;

views! {
    /// A policy and where its value comes from.
    pub struct PolicyView {
        /// The policy.
        pub key: String,
        /// The value that holds.
        pub value: String,
        /// The target where it is set: `home`, `device:D`, … or `default` if it is set nowhere.
        pub source: String,
        /// What it does, in one plain sentence.
        pub meaning: String,
    }
}
