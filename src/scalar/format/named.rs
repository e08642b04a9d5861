//! The formats that CEL can name: `format.dns1123Label()`, `format.named('uuid')`.

use super::super::name;
use super::super::url::Url;
use super::{FormatError, kubernetes};

/// A format of Kubernetes' CEL library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NamedFormat {
    /// `dns1123Label`
    Dns1123Label,
    /// `dns1123Subdomain`
    Dns1123Subdomain,
    /// `dns1035Label`
    Dns1035Label,
    /// `qualifiedName`
    QualifiedName,
    /// `dns1123LabelPrefix`
    Dns1123LabelPrefix,
    /// `dns1123SubdomainPrefix`
    Dns1123SubdomainPrefix,
    /// `dns1035LabelPrefix`
    Dns1035LabelPrefix,
    /// `labelValue`
    LabelValue,
    /// `uri`
    Uri,
    /// `uuid`
    Uuid,
    /// `byte`
    Byte,
    /// `date`
    Date,
    /// `datetime`
    Datetime,
}

impl NamedFormat {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Dns1123Label,
        Self::Dns1123Subdomain,
        Self::Dns1035Label,
        Self::QualifiedName,
        Self::Dns1123LabelPrefix,
        Self::Dns1123SubdomainPrefix,
        Self::Dns1035LabelPrefix,
        Self::LabelValue,
        Self::Uri,
        Self::Uuid,
        Self::Byte,
        Self::Date,
        Self::Datetime,
    ];

    /// The format that `format.named(name)` finds.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The longest of all lengths that [`Self::pattern_length`] gives.
    pub fn longest_pattern() -> u32 {
        Self::ALL.into_iter().map(Self::pattern_length).max().unwrap_or_default()
    }

    /// Length of the pattern that Kubernetes charges for (apiserver `cel/library/format.go`).
    pub fn pattern_length(self) -> u32 {
        self.row().1
    }

    /// Name and length of the pattern.
    fn row(self) -> (&'static str, u32) {
        match self {
            Self::Dns1123Label => ("dns1123Label", 30),
            Self::Dns1123Subdomain => ("dns1123Subdomain", 60),
            Self::Dns1035Label => ("dns1035Label", 30),
            Self::QualifiedName => ("qualifiedName", 60),
            Self::Dns1123LabelPrefix => ("dns1123LabelPrefix", 30),
            Self::Dns1123SubdomainPrefix => ("dns1123SubdomainPrefix", 60),
            Self::Dns1035LabelPrefix => ("dns1035LabelPrefix", 30),
            Self::LabelValue => ("labelValue", 40),
            Self::Uri => ("uri", 1103),
            Self::Uuid => ("uuid", 70),
            Self::Byte => ("byte", 84),
            Self::Date => ("date", 71),
            Self::Datetime => ("datetime", 71),
        }
    }

    /// What is wrong with a text, if anything. Verdicts are Kubernetes', texts are ours.
    pub fn validate(self, text: &str) -> Result<(), FormatError> {
        match self {
            Self::Dns1123Label => plain(name::check_dns1123_label(text)),
            Self::Dns1123Subdomain => plain(name::check_dns1123_subdomain(text)),
            Self::Dns1035Label => plain(name::check_dns1035_label(text)),
            Self::QualifiedName => plain(name::check_qualified_name(text)),
            Self::Dns1123LabelPrefix => plain(name::check_dns1123_label(&name::without_trailing_dash(text))),
            Self::Dns1123SubdomainPrefix => plain(name::check_dns1123_subdomain(&name::without_trailing_dash(text))),
            Self::Dns1035LabelPrefix => plain(name::check_dns1035_label(&name::without_trailing_dash(text))),
            Self::LabelValue => plain(name::check_label_value(text)),
            Self::Uri => plain(Url::check(text)),
            Self::Uuid => kubernetes::uuid(text, None),
            Self::Byte => kubernetes::byte(text),
            Self::Date => kubernetes::date(text),
            Self::Datetime => kubernetes::date_time(text),
        }
    }
}

fn plain<E: ToString>(result: Result<(), E>) -> Result<(), FormatError> {
    result.map_err(|error| FormatError::new(error.to_string()))
}
