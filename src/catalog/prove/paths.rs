//! Paths of rules that no release of the target has.

use std::sync::Arc;

use crate::catalog::origin::Site;
use crate::catalog::shape::Shape as _;
use crate::catalog::target::Target;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::schema::Schema;
use crate::schema::path::{Pattern, Segment, Step};

use super::world::at;

/// What a rule's path that leads nowhere in any release is; paths of the claim itself (`offering`,
/// `projections.token`) are not the target's.
pub(super) fn unknown(pattern: &Pattern, site: &Site, targets: &[Arc<Target>]) -> Option<Diagnostic> {
    let steps = pattern.steps();
    let Some(Step::Exact(Segment::Field(root))) = steps.first() else { return None };
    let kind = targets.first().map(|target| &target.kind)?;
    let theirs = targets.iter().any(|target| target.schema.field(root).is_some());
    if !theirs || targets.iter().any(|target| !at(&target.schema, steps).is_empty()) {
        return None;
    }
    let message = format!("`{kind}` has no field `{pattern}`");
    let diagnostic = site.error(Code::E0401, message, "leads nowhere");
    let near = (1..steps.len()).find_map(|count| similar(steps, count, targets));
    Some(match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.note("no release of the target that is known has it"),
    })
}

/// The path with its step `count` replaced by a similar one, if that is the first that leads nowhere.
fn similar(steps: &[Step], count: usize, targets: &[Arc<Target>]) -> Option<Pattern> {
    let (above, rest) = steps.split_at_checked(count)?;
    let (Step::Exact(Segment::Field(name)), below) = rest.split_first()? else { return None };
    let places: Vec<&Schema> = targets.iter().flat_map(|target| at(&target.schema, above)).collect();
    if places.iter().any(|schema| schema.field(name).is_some()) {
        return None;
    }
    let near = nearest(name, places.iter().flat_map(|schema| schema.property_names()))?;
    let near = Step::Exact(Segment::Field(near));
    Some(Pattern::new(above.iter().cloned().chain([near]).chain(below.iter().cloned()).collect()))
}
