//! Budgets: what an expression, and all of a decision, costs with the largest values that bounds allow.

use std::collections::BTreeSet;

use crate::catalog::origin::Site;
use crate::catalog::report::Report;
use crate::cel::Meter;
use crate::cel::cost::{Bracket, estimate};
use crate::diagnostic::{Code, Diagnostic, Span};

use super::size::Sizes;
use super::{Content, Note, Notes, World};

/// What one note costs, and where it stands.
struct Priced<'a> {
    max: u64,
    span: Span,
    site: &'a Site,
}

/// Finds what may cost more than its budget: an expression by itself, or all of a decision.
pub(super) fn check(notes: &Notes, world: &World<'_>, report: &mut Report) {
    let mut paid = BTreeSet::new();
    let (mut total, mut dearest): (u64, Option<Priced<'_>>) = (0, None);
    for note in &notes.all {
        let alone = price(note, notes, world, &mut BTreeSet::new(), None).max;
        let (site, span) = place(note);
        if alone > Meter::PER_CALL_LIMIT {
            report.push(too_dear(note, alone, span, notes, world));
            continue;
        }
        // Variables and inputs are computed once in a decision, whoever asks first.
        let share = price(note, notes, world, &mut paid, None).max;
        let times = Sizes { world, notes, place: &note.place, paid: &mut BTreeSet::new(), without: None }
            .range()
            .map_or(1, |(_, count)| count);
        let max = share.saturating_mul(times);
        total = total.saturating_add(max);
        if dearest.as_ref().is_none_or(|known| known.max < max) {
            dearest = Some(Priced { max, span, site });
        }
    }
    if total > Meter::DECISION_LIMIT
        && let Some(dearest) = dearest
    {
        let message = format!("a decision may cost up to {total} units, and its budget is {}", Meter::DECISION_LIMIT);
        report.push(
            Diagnostic::error(Code::E0115, message, dearest.span, format!("up to {} of them here", dearest.max))
                .note(format!("the dearest of all is {}", dearest.site))
                .help("bound what it ranges over more tightly, or split it"),
        );
    }
}

fn place(note: &Note) -> (&Site, Span) {
    match &note.content {
        Content::Expr(expr) => (&expr.site, expr.site.within(0..expr.program.text().len())),
        Content::Tree(_, site) => (site, site.span()),
    }
}

fn price(
    note: &Note,
    notes: &Notes,
    world: &World<'_>,
    paid: &mut BTreeSet<crate::catalog::names::Binding>,
    without: Option<&str>,
) -> Bracket {
    let mut sizes = Sizes { world, notes, place: &note.place, paid, without };
    match &note.content {
        Content::Expr(expr) => estimate(&expr.program, &mut sizes).cost,
        Content::Tree(tree, _) => sizes.tree(tree).cost,
    }
}

/// Names the parameter that makes the most of it: what is saved where that is empty.
fn too_dear(note: &Note, max: u64, span: Span, notes: &Notes, world: &World<'_>) -> Diagnostic {
    let budget = Meter::PER_CALL_LIMIT;
    let shown = if max == u64::MAX { "any number of".to_owned() } else { format!("up to {max}") };
    let message = format!("this may cost {shown} units, and the budget of an expression is {budget}");
    let diagnostic = Diagnostic::error(Code::E0114, message, span, "too dear")
        .note("units are Kubernetes' own: about one a step, a tenth a character of text that is walked through");
    let names = world.params().into_iter().flat_map(|params| params.properties.keys());
    let least = names.map(|name| (price(note, notes, world, &mut BTreeSet::new(), Some(name)).max, name)).min();
    match least {
        Some((rest, name)) if rest < max => {
            let saved = max - rest;
            let percent = u128::from(saved) * 100 / u128::from(max);
            diagnostic.help(format!(
                "bound `params.{name}` more tightly (`maxItems`, `maxLength`, `maxProperties`, `minimum` and `maximum`): it makes {percent} % of that"
            ))
        }
        _ => diagnostic.help("range over less, or keep what is computed twice in a variable"),
    }
}
