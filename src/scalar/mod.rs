//! Text that means more than its characters: quantities, durations, versions, addresses, names.
//! Each type has one parser, one normal form and one order; CEL's library, the schema's formats and
//! the classifier's comparisons all use these.
//!
//! Where Kubernetes has the type, its verdicts are followed, read from Go's and Kubernetes' behaviour
//! and recorded in golden tables beside each type. Where we differ, we refuse what Kubernetes takes,
//! never the other way; the type's documentation says so.

pub mod cidr;
pub mod cron;
pub mod duration;
pub mod format;
pub mod hostname;
pub mod ip;
pub mod name;
pub mod path_segment;
pub mod quantity;
pub mod re2;
pub mod semver;
pub mod timestamp;
pub mod timezone;
pub mod url;
