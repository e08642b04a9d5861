//! Where things were written: an object, a place in it, and the text that shows it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::schema::path::{Path, Segment};
use crate::yaml::Positions;

/// The object that something was written in.
#[derive(Clone, Debug)]
pub struct Origin {
    /// `OpenBaoServiceProfile`
    pub kind: String,
    /// The namespace of a namespaced object.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Where its parts stand in the text.
    pub positions: Positions,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{}/{}/{}", self.kind, namespace, self.name),
            None => write!(f, "{}/{}", self.kind, self.name),
        }
    }
}

/// A place in an object: a JSON pointer, and the text behind it.
#[derive(Clone, Debug)]
pub struct Site {
    /// The object.
    pub origin: Arc<Origin>,
    /// JSON pointer (RFC 6901) from the object's root.
    pub pointer: String,
}

impl Site {
    /// The root of an object.
    pub fn root(origin: &Arc<Origin>) -> Self {
        Self { origin: Arc::clone(origin), pointer: String::new() }
    }

    /// A child by field name or list index.
    pub fn at(&self, child: impl fmt::Display) -> Self {
        let child = child.to_string().replace('~', "~0").replace('/', "~1");
        Self { origin: Arc::clone(&self.origin), pointer: format!("{}/{child}", self.pointer) }
    }

    /// A descendant by schema path.
    pub fn along(&self, path: &Path) -> Self {
        path.segments().iter().fold(self.clone(), |site, segment| match segment {
            Segment::Field(name) => site.at(name),
            Segment::Index(index) => site.at(index),
            // A keyed item has no pointer of its own: the list shows it.
            Segment::Key(_) => site,
        })
    }

    /// A descendant by a JSON pointer below this place.
    pub fn below(&self, pointer: &str) -> Self {
        Self { origin: Arc::clone(&self.origin), pointer: format!("{}{pointer}", self.pointer) }
    }

    /// The text of the value, or of its closest written ancestor.
    pub fn span(&self) -> Span {
        self.origin.positions.nearest(&self.pointer)
    }

    /// The text of the key that leads here, or of the value where there is none.
    pub fn key_span(&self) -> Span {
        self.origin.positions.key(&self.pointer).unwrap_or_else(|| self.span())
    }

    /// A part of a text value.
    pub fn within(&self, range: Range<usize>) -> Span {
        self.origin.positions.within(&self.pointer, range)
    }

    /// An error about the value here.
    pub fn error(&self, code: Code, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message, self.span(), label)
    }

    /// An error about the key that leads here.
    pub fn key_error(&self, code: Code, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message, self.key_span(), label)
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.origin)?;
        if self.pointer.is_empty() { Ok(()) } else { write!(f, " {}", self.pointer) }
    }
}

/// The stable id of a rule, as status, verdicts and messages show it: `component/public-gateway#validations[0]`.
pub fn rule_id(site: &Site) -> String {
    let kind = match site.origin.kind.as_str() {
        "OpenBaoServiceProfile" => "profile",
        "OpenBaoServiceComponent" => "component",
        "OpenBaoServiceOffering" => "offering",
        "OpenBaoRuleSet" => "ruleset",
        "OpenBaoClusterClaim" => "claim",
        other => other,
    };
    // One allocation: ids are written for every verdict of every decision.
    let mut text = String::with_capacity(kind.len() + site.origin.name.len() + site.pointer.len() + 2);
    text.push_str(kind);
    text.push('/');
    text.push_str(&site.origin.name);
    let mut separator = "#";
    for segment in site.pointer.split('/').skip(1).filter(|segment| !matches!(*segment, "spec" | "expression")) {
        if !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) {
            text.push('[');
            text.push_str(segment);
            text.push(']');
        } else {
            text.push_str(separator);
            push_unescaped(segment, &mut text);
        }
        separator = ".";
    }
    text
}

/// Adds a token of a JSON pointer as the name that it is.
fn push_unescaped(token: &str, text: &mut String) {
    if token.contains('~') {
        text.push_str(&token.replace("~1", "/").replace("~0", "~"));
    } else {
        text.push_str(token);
    }
}
