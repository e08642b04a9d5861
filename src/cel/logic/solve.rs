//! Whether conditions can hold together: a search over the values that they tell apart.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::symbolic::SEPARATOR;
use super::{Atom, Compared, Constant, Domain, Formula};

/// Values tried before the search gives up; conditions of real catalogs need some dozens.
const MAX_TRIES: usize = 20_000;
/// Things that may differ, at most: what the search nests by.
const MAX_UNKNOWNS: usize = 128;

/// What [`solve`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// no values make it hold
    Never,
    /// it holds where these are so
    Where(Vec<Case>),
    /// there are too many possibilities to tell
    Unclear,
}

/// One thing that is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    unknown: Unknown,
    value: Given,
}

/// What may differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unknown {
    Presence(Arc<str>),
    Value(Arc<str>),
    Other(Arc<str>),
}

/// What it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Given {
    Holds(bool),
    Is(Constant),
    /// a text that no condition names
    Another,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.unknown, &self.value) {
            (Unknown::Presence(name), Given::Holds(true)) => write!(f, "`{name}` is given"),
            (Unknown::Presence(name), _) => write!(f, "`{name}` is absent"),
            (Unknown::Other(text), Given::Holds(true)) => write!(f, "`{}` holds", shown(text)),
            (Unknown::Other(text), _) => write!(f, "`{}` does not hold", shown(text)),
            (Unknown::Value(name), Given::Is(Constant::Bool(value))) => write!(f, "`{name}` is {value}"),
            (Unknown::Value(name), Given::Is(Constant::Int(value))) => write!(f, "`{name}` is {value}"),
            (Unknown::Value(name), Given::Is(Constant::Text(value))) => write!(f, "`{name}` is `{value}`"),
            (Unknown::Value(name), _) => write!(f, "`{name}` is another text"),
        }
    }
}

/// The text of a condition, on one line.
fn shown(text: &str) -> String {
    let text = text.split(SEPARATOR).next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the goal can hold where all assumptions do. Assumptions that say nothing of what the goal depends
/// on are left aside.
pub fn solve(goal: &Formula, assumptions: &[Formula]) -> Answer {
    if *goal == Formula::Known(false) {
        return Answer::Never;
    }
    let mut unknowns = Unknowns::default();
    unknowns.add(goal);
    let told = unknowns.order.len();
    let mut all = vec![goal];
    let mut rest: Vec<&Formula> = assumptions.iter().collect();
    loop {
        let (near, far): (Vec<_>, Vec<_>) = rest.into_iter().partition(|formula| unknowns.touches(formula));
        if near.is_empty() {
            break;
        }
        for formula in &near {
            unknowns.add(formula);
        }
        all.extend(near);
        rest = far;
    }
    if unknowns.order.len() > MAX_UNKNOWNS {
        return Answer::Unclear;
    }
    let mut search = Search { all: &all, unknowns: &unknowns, given: BTreeMap::new(), tries: 0 };
    match search.from(0) {
        Some(true) => {
            let cases = unknowns.order.iter().take(told).filter_map(|unknown| {
                Some(Case { unknown: unknown.clone(), value: search.given.get(unknown)?.clone() })
            });
            Answer::Where(cases.collect())
        }
        Some(false) => Answer::Never,
        None => Answer::Unclear,
    }
}

/// All that formulas depend on, in order of appearance, and what each can be.
#[derive(Default)]
struct Unknowns {
    order: Vec<Unknown>,
    choices: BTreeMap<Unknown, Vec<Given>>,
}

fn unknown(atom: &Atom) -> Unknown {
    match atom {
        Atom::There(name) => Unknown::Presence(Arc::clone(name)),
        Atom::Test { place, .. } => Unknown::Value(Arc::clone(place)),
        Atom::Other(text) => Unknown::Other(Arc::clone(text)),
    }
}

impl Unknowns {
    fn touches(&self, formula: &Formula) -> bool {
        let mut found = false;
        formula.atoms(&mut |atom| found |= self.choices.contains_key(&unknown(atom)));
        found
    }

    fn add(&mut self, formula: &Formula) {
        formula.atoms(&mut |atom| {
            let own = unknown(atom);
            if !self.choices.contains_key(&own) {
                self.order.push(own.clone());
            }
            let choices = self.choices.entry(own).or_default();
            for choice in possible(atom) {
                if !choices.contains(&choice) {
                    choices.push(choice);
                }
            }
        });
    }
}

/// The values that an atom tells apart.
fn possible(atom: &Atom) -> Vec<Given> {
    let Atom::Test { domain, constant, .. } = atom else { return vec![Given::Holds(true), Given::Holds(false)] };
    match (domain, constant) {
        (Domain::Bool, _) => [true, false].map(|value| Given::Is(Constant::Bool(value))).to_vec(),
        (Domain::Texts(texts), _) => texts.iter().map(|text| Given::Is(Constant::Text(Arc::clone(text)))).collect(),
        (Domain::Int(least, most), Constant::Int(near)) => {
            let around = [*near, near.saturating_sub(1), near.saturating_add(1), *least, *most];
            let allowed = around.into_iter().filter(|value| (least..=most).contains(&value));
            allowed.map(|value| Given::Is(Constant::Int(value))).collect()
        }
        (Domain::AnyText, constant) => vec![Given::Is(constant.clone()), Given::Another],
        (Domain::Int(least, _), _) => vec![Given::Is(Constant::Int(*least))],
    }
}

struct Search<'a> {
    all: &'a [&'a Formula],
    unknowns: &'a Unknowns,
    given: BTreeMap<Unknown, Given>,
    tries: usize,
}

impl Search<'_> {
    /// Whether all hold for some values of what comes from `at` on; `None`: too many were tried.
    fn from(&mut self, at: usize) -> Option<bool> {
        self.tries += 1;
        if self.tries > MAX_TRIES {
            return None;
        }
        let mut open = false;
        for formula in self.all {
            match self.value(formula) {
                Some(false) => return Some(false),
                Some(true) => {}
                None => open = true,
            }
        }
        let Some(unknown) = self.unknowns.order.get(at).filter(|_| open) else { return Some(true) };
        for choice in self.unknowns.choices.get(unknown).into_iter().flatten() {
            self.given.insert(unknown.clone(), choice.clone());
            if self.from(at + 1)? {
                return Some(true);
            }
        }
        self.given.remove(unknown);
        Some(false)
    }

    fn value(&self, formula: &Formula) -> Option<bool> {
        match formula {
            Formula::Known(value) => Some(*value),
            Formula::Atom(atom) => self.atom(atom),
            Formula::Not(inner) => self.value(inner).map(|value| !value),
            Formula::All(parts) => self.joined(parts, false),
            Formula::Any(parts) => self.joined(parts, true),
        }
    }

    fn joined(&self, parts: &[Formula], decides: bool) -> Option<bool> {
        let mut open = false;
        for part in parts {
            match self.value(part) {
                Some(value) if value == decides => return Some(decides),
                Some(_) => {}
                None => open = true,
            }
        }
        (!open).then_some(!decides)
    }

    fn atom(&self, atom: &Atom) -> Option<bool> {
        let given = self.given.get(&unknown(atom))?;
        Some(match (atom, given) {
            (Atom::Test { compared: Compared::Equal, constant, .. }, Given::Is(value)) => value == constant,
            (Atom::Test { compared: Compared::Less, constant, .. }, Given::Is(value)) => value < constant,
            (_, Given::Holds(holds)) => *holds,
            _ => false,
        })
    }
}
