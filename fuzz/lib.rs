//! What several targets share.

use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use openbao_claims::catalog::{Catalog, Kinds, Targets, shipped};
use openbao_claims::cel::{Activation, Context, Presence, Result, RootId, Scope, Value};
use openbao_claims::diagnostic::{Diagnostic, SourceId, Sources, Style, render_human};
use openbao_claims::yaml;
use serde_json::json;

/// All shipped releases.
pub fn targets() -> &'static Targets {
    static TARGETS: LazyLock<Targets> = LazyLock::new(|| shipped::targets(|_| true).unwrap());
    &TARGETS
}

fn kinds() -> &'static Kinds {
    static KINDS: OnceLock<Kinds> = OnceLock::new();
    KINDS.get_or_init(|| Kinds::new().unwrap())
}

/// Reads a text into a catalog, and gives all that is wrong with it.
pub fn load(text: &str, catalog: &mut Catalog, sources: &mut Sources) -> Vec<Diagnostic> {
    let id = sources.add("fuzz.yaml", text);
    match yaml::read(sources, id) {
        Ok(documents) => documents.into_iter().flat_map(|document| catalog.add(document, kinds())).collect(),
        Err(found) => found,
    }
}

/// Every diagnostic marks bytes of a text that there is, on boundaries of characters, and can be shown.
pub fn check_diagnostics(found: &[Diagnostic], sources: &Sources) {
    for diagnostic in found {
        assert!(!diagnostic.message.is_empty());
        assert!(!diagnostic.message.contains('\n'), "{:?}", diagnostic.message);
        let labels = diagnostic.primary.iter().chain(&diagnostic.secondary).map(|label| label.span);
        let edits = diagnostic.helps.iter().filter_map(|help| help.replacement.as_ref()).map(|(span, _)| *span);
        for span in labels.chain(edits) {
            let source = sources.get(span.source).expect("a text that was loaded");
            assert!(source.text.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}");
        }
    }
    render_human(found, sources, Style::Plain);
    openbao_claims::diagnostic::render_json(found, sources);
}

/// The texts of a folder of the repository.
pub fn texts(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|it| it == "yaml") && !file.ends_with("tests.yaml"));
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// The first source.
pub fn first(sources: &Sources) -> Option<SourceId> {
    sources.iter().next().map(|(id, _)| id)
}

/// A few names of every type, one of which may be absent.
pub struct World {
    /// the names
    pub scope: Scope,
    values: Vec<(RootId, Option<Value>)>,
}

impl World {
    /// The same names with the same values every time.
    pub fn new() -> Self {
        let params = json!({
            "size": "small", "n": 3, "big": 9_007_199_254_740_993_i64, "f": 0.5, "t": true, "none": null,
            "list": ["eu-1", "us-2", ""], "nested": {"a": {"b": [1, 2, {"c": "d"}]}}, "ü": "ß",
        });
        let target = json!({"name": "payments", "namespace": "team-pay"});
        let mut scope = Scope::new();
        let named = [("params", params), ("target", target), ("variables.voters", json!(5)), ("item", json!([1, "a"]))];
        let mut values: Vec<_> = named
            .iter()
            .map(|(name, value)| (scope.declare(name, Presence::Always), Some(Value::from_json(value))))
            .collect();
        values.push((scope.declare("facet.inputs", Presence::Optional), None));
        Self { scope, values }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl Activation for World {
    fn load(&self, root: RootId, _: &mut Context<'_>) -> Result<Option<Value>> {
        Ok(self.values.iter().find(|(id, _)| *id == root).and_then(|(_, value)| value.clone()))
    }
}
