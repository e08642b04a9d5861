//! What blocks leave out or write twice: needed fields on every combination of guards, and paths that two
//! blocks can write at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cel::logic::{Answer, Formula};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::Schema;
use crate::schema::path::{Path, Segment};

use super::compile::Parts;
use super::feasible::Claims;
use super::names::Binding;
use super::origin::{Site, rule_id};
use super::report::Report;
use super::revision::{Block, Mapping, Tree};
use super::shape::Shape as _;
use super::target::Target;

/// Finds needed fields that some claim goes without, paths that some claim has written twice, and blocks
/// that no claim gets anything from. `site`: the profile's `spec`.
pub(super) fn check(parts: &Parts, targets: &[Arc<Target>], parameters: &Schema, site: &Site, report: &mut Report) {
    let claims = Claims::new(parts, parameters);
    let presence: Vec<Formula> = parts.mappings.iter().map(|mapping| claims.mapping(mapping)).collect();
    let check = Check { parts, claims: &claims, presence };
    report.extend(check.missing(targets, site));
    if let Some(target) = targets.first() {
        report.extend(check.conflicts(target));
        report.extend(check.repeated(target));
    }
    report.extend(check.idle());
    report.extend(super::values::check(parts, &claims, targets));
}

struct Check<'a> {
    parts: &'a Parts,
    claims: &'a Claims<'a>,
    /// when each mapping writes something
    presence: Vec<Formula>,
}

/// What is written to one object of the target, by indices of mappings.
#[derive(Default)]
struct Written<'p> {
    whole: Vec<usize>,
    fields: BTreeMap<&'p str, Vec<usize>>,
}

/// Top-level fields that the operator writes.
const OURS: [&str; 3] = ["apiVersion", "kind", "metadata"];

impl Check<'_> {
    fn when(&self, mappings: &[usize]) -> Formula {
        Formula::any(mappings.iter().filter_map(|at| self.presence.get(*at).cloned()))
    }

    fn objects(&self) -> BTreeMap<Path, Written<'_>> {
        let mut objects: BTreeMap<Path, Written<'_>> = BTreeMap::new();
        objects.insert(Path::root(), Written::default());
        for (at, mapping) in self.parts.mappings.iter().enumerate() {
            let mut path = Path::root();
            for segment in mapping.path.segments() {
                if let Segment::Field(name) = segment {
                    objects.entry(path.clone()).or_default().fields.entry(name).or_default().push(at);
                }
                path.push(segment.clone());
            }
            objects.entry(path).or_default().whole.push(at);
        }
        objects
    }

    /// Needed fields that may be missing where something else of their object is written.
    fn missing(&self, targets: &[Arc<Target>], site: &Site) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (path, written) in &self.objects() {
            let lacking = targets.iter().find_map(|target| {
                let schema = target.schema.at(path)?;
                schema.checks.required.iter().find_map(|name| self.lacks(path, written, schema, name, target))
            });
            if let Some(lacking) = lacking {
                found.push(self.tell(path, written, &lacking, site));
            }
        }
        found
    }

    fn lacks<'t>(
        &self,
        path: &Path,
        written: &Written<'_>,
        schema: &Schema,
        name: &'t str,
        target: &'t Target,
    ) -> Option<Lacking<'t>> {
        let is_key = matches!(path.segments().last(), Some(Segment::Key(key)) if key.contains_key(name));
        let is_ours = path.segments().is_empty() && OURS.contains(&name);
        let defaulted = schema.properties.get(name).is_some_and(|field| field.default.is_some());
        // Whoever writes the whole object is asked for all of its fields where that is written.
        if is_key || is_ours || defaulted || written.fields.is_empty() && !path.segments().is_empty() {
            return None;
        }
        let exists = if path.segments().is_empty() {
            Formula::Known(true)
        } else {
            Formula::any(written.fields.values().map(|mappings| self.when(mappings)))
        };
        let own = written.fields.get(name).map(Vec::as_slice).unwrap_or_default();
        let given = Formula::any([self.when(own), self.when(&written.whole)]);
        match self.claims.possible(&Formula::all([exists, given.negated()])) {
            Answer::Where(cases) => {
                let cases = cases.iter().map(ToString::to_string).collect();
                Some(Lacking { name, cases, writers: own.to_vec(), target })
            }
            Answer::Never | Answer::Unclear => None,
        }
    }

    fn tell(&self, path: &Path, written: &Written<'_>, lacking: &Lacking<'_>, site: &Site) -> Diagnostic {
        let needed = path.field(lacking.name);
        let others = written.fields.iter().filter(|(name, _)| **name != lacking.name);
        let beside = others.flat_map(|(_, mappings)| mappings).find_map(|at| self.parts.mappings.get(*at));
        let own = lacking.writers.iter().find_map(|at| self.parts.mappings.get(*at));
        let message = match own {
            Some(_) => format!("`{needed}` may be missing"),
            None => format!("`{needed}` is needed, and no block writes it"),
        };
        let at = beside.or(own).map_or_else(|| site.at("components").key_span(), |mapping| mapping.site.key_span());
        let label = if beside.is_some() { format!("needs `{}` beside it", lacking.name) } else { "needed".to_owned() };
        let mut diagnostic = Diagnostic::error(Code::E0409, message, at, label);
        if let Some(own) = own.filter(|_| beside.is_some()) {
            diagnostic = diagnostic.label(own.site.key_span(), "not written always");
        }
        if !lacking.cases.is_empty() {
            diagnostic = diagnostic.note(format!("missing where {}", lacking.cases.join(", and ")));
        }
        let Target { kind, release, .. } = lacking.target;
        diagnostic
            .note(format!("`{kind}` {release} demands it"))
            .help("write it under the same condition as what stands beside it, or refuse such claims by a validation")
    }

    /// Two mappings of one path that some claim gets both of, unless the profile overrides or both append.
    fn conflicts(&self, target: &Target) -> Vec<Diagnostic> {
        let mut writers: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
        for (at, mapping) in self.parts.mappings.iter().enumerate() {
            if !is_empty_map(mapping) && !is_key(mapping) && !merges(&mapping.path, target) {
                writers.entry(&mapping.path).or_default().push(at);
            }
        }
        let mut found = Vec::new();
        for mappings in writers.values() {
            for (position, later) in mappings.iter().enumerate() {
                found.extend(mappings.iter().take(position).filter_map(|earlier| self.meet(*earlier, *later)));
            }
        }
        found
    }

    fn meet(&self, earlier: usize, later: usize) -> Option<Diagnostic> {
        let (first, second) = (self.parts.mappings.get(earlier)?, self.parts.mappings.get(later)?);
        let (one, two) = (self.parts.blocks.get(first.block)?, self.parts.blocks.get(second.block)?);
        let settled = (one.appends && two.appends) || (two.overrides && two.facet.is_none() && one.facet.is_some());
        if settled {
            return None;
        }
        let both = Formula::all([self.presence.get(earlier)?.clone(), self.presence.get(later)?.clone()]);
        match self.claims.possible(&both) {
            Answer::Where(cases) => {
                let cases: Vec<_> = cases.iter().map(ToString::to_string).collect();
                Some(two_writers(first, second, two, &cases))
            }
            Answer::Never | Answer::Unclear => None,
        }
    }

    /// Mappings of a loop that write another value to the same place for each element.
    fn repeated(&self, target: &Target) -> Vec<Diagnostic> {
        let of_loop = |mapping: &&Mapping| {
            let block = self.parts.blocks.get(mapping.block);
            let in_loop = block.is_some_and(|block| block.for_each.is_some() && !block.appends);
            in_loop && reads_item(&mapping.value) && !is_key(mapping)
        };
        let looped = self.parts.mappings.iter().filter(of_loop).filter(|mapping| !merges(&mapping.path, target));
        looped
            .map(|mapping| {
                let message = format!("every element of the loop writes `{}`", mapping.path);
                mapping
                    .site
                    .error(Code::E0403, message, "one value for each element")
                    .help("compute one value outside the loop, or give it a place of its own for each element")
            })
            .collect()
    }

    /// Guards of the profile that say the same for every claim. Those of components are for other profiles too.
    fn idle(&self) -> Vec<Diagnostic> {
        let facets = self.parts.graph.facets.iter().filter_map(|facet| facet.when.as_ref());
        let own = self.parts.blocks.iter().filter(|block| block.facet.is_none());
        let guards = facets.chain(own.filter_map(|block| block.when.as_ref()));
        let mut found = Vec::new();
        for guard in guards.filter(|guard| !guard.program.roots().is_empty()) {
            let holds = self.claims.holds(guard);
            let never = self.claims.possible(&holds) == Answer::Never;
            let (code, message, label) = if never {
                (Code::W0716, "the condition holds for no valid claim", "never true")
            } else if self.claims.possible(&holds.negated()) == Answer::Never {
                (Code::W0712, "the condition holds for every valid claim", "always true")
            } else {
                continue;
            };
            let span = guard.site.within(0..guard.program.text().len());
            let help = if never { "correct it, or remove what it guards" } else { "remove it" };
            found.push(Diagnostic::error(code, message, span, label).help(help).warning());
        }
        found
    }
}

/// A needed field that some claim goes without.
struct Lacking<'t> {
    name: &'t str,
    /// what is so in such a claim
    cases: Vec<String>,
    /// the mappings that write it for others
    writers: Vec<usize>,
    target: &'t Target,
}

fn is_empty_map(mapping: &Mapping) -> bool {
    matches!(&mapping.value, Tree::Literal(serde_json::Value::Object(members)) if members.is_empty())
}

/// Whether what several write to a place merges, by field or by key: what meets there, only values tell.
fn merges(path: &Path, target: &Target) -> bool {
    target.schema.at(path).is_none_or(|schema| schema.has_children() || schema.list_map_keys().is_some())
}

/// Every writer of a keyed item names its key.
fn is_key(mapping: &Mapping) -> bool {
    match mapping.path.segments() {
        [.., Segment::Key(key), Segment::Field(name)] => key.contains_key(name),
        _ => false,
    }
}

fn reads_item(tree: &Tree) -> bool {
    let mut texts = Vec::new();
    tree.texts(&mut texts);
    texts
        .iter()
        .any(|text| text.template.reads().iter().any(|read| text.bindings.get(&read.root) == Some(&Binding::Item)))
}

fn two_writers(earlier: &Mapping, later: &Mapping, block: &Block, cases: &[String]) -> Diagnostic {
    let mut diagnostic = later
        .site
        .error(Code::E0403, format!("two blocks write `{}`", later.path), "and also here")
        .label(earlier.site.span(), format!("written by {}", rule_id(&earlier.site)));
    if !cases.is_empty() {
        diagnostic = diagnostic.note(format!("both are written where {}", cases.join(", and ")));
    }
    diagnostic.help(if block.facet.is_none() {
        "say `override: true` on the profile's block if it is meant to win, or guard one of them by `when`"
    } else {
        "guard one of them by `when`, or let the profile decide with an `override: true` block of its own"
    })
}
