//! How many mutants the cases of all suites notice.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Sources, Span};

use super::super::coverage::Share;
use super::super::texts::Texts;
use super::list::Mutant;
use super::run::Fate;

/// File, place in it, what stands there then.
type Key = (String, u32, u32, String);

/// The mutants of suites that share files, each once: noticed when any suite notices it.
#[derive(Debug, Default)]
pub struct Score {
    texts: Texts,
    mutants: BTreeMap<Key, Kept>,
}

#[derive(Debug)]
struct Kept {
    rule: String,
    span: Span,
    fate: Fate,
}

/// A mutant that no case notices.
#[derive(Debug)]
pub struct Survivor<'a> {
    /// The rule or expression, by its stable id.
    pub rule: &'a str,
    /// What was changed.
    pub span: Span,
    /// What stood there.
    pub what: &'a str,
    /// How many cases get there.
    pub cases: usize,
}

impl Score {
    /// Whether a mutant of a text of `sources` is noticed already.
    pub fn knows(&mut self, mutant: &Mutant, sources: &Sources, file: &dyn Fn(&str) -> String) -> bool {
        let place = self.texts.place(mutant.span, sources, file);
        let kept = place.and_then(|(file, span)| self.mutants.get(&key(file, span, mutant)));
        kept.is_some_and(|kept| kept.fate == Fate::Noticed)
    }

    /// Adds what became of a mutant.
    pub fn add(&mut self, mutant: &Mutant, fate: Fate, sources: &Sources, file: &dyn Fn(&str) -> String) {
        let Some((file, span)) = self.texts.place(mutant.span, sources, file) else { return };
        let kept = self.mutants.entry(key(file, span, mutant)).or_insert_with(|| Kept {
            rule: mutant.rule.clone(),
            span,
            fate: Fate::Unnoticed { cases: 0 },
        });
        kept.fate = match (std::mem::replace(&mut kept.fate, Fate::Noticed), fate) {
            (Fate::Noticed, _) | (_, Fate::Noticed) => Fate::Noticed,
            (Fate::Refused(reason), _) | (_, Fate::Refused(reason)) => Fate::Refused(reason),
            (Fate::Unnoticed { cases }, Fate::Unnoticed { cases: more }) => Fate::Unnoticed { cases: cases + more },
        };
    }

    /// The texts that spans point into.
    pub fn sources(&self) -> &Sources {
        self.texts.sources()
    }

    /// How many are noticed, by cases or by the compiler.
    pub fn total(&self) -> Share {
        share(self.mutants.values())
    }

    /// How many of them the compiler refuses.
    pub fn refused(&self) -> usize {
        self.mutants.values().filter(|kept| matches!(kept.fate, Fate::Refused(_))).count()
    }

    /// How many of each file are noticed, in order of name.
    pub fn files(&self) -> impl Iterator<Item = (&str, Share)> {
        let names: BTreeSet<_> = self.mutants.keys().map(|(file, ..)| file.as_str()).collect();
        names.into_iter().map(|name| (name, share(self.of_file(name).map(|(_, kept)| kept))))
    }

    /// The mutants of a file in the order of its text, with what became of them.
    pub fn mutants(&self, file: &str) -> impl Iterator<Item = (&str, Span, &str, &Fate)> {
        self.of_file(file).map(|((.., what), kept)| (kept.rule.as_str(), kept.span, what.as_str(), &kept.fate))
    }

    /// Those that no case notices.
    pub fn survivors(&self, file: &str) -> impl Iterator<Item = Survivor<'_>> {
        self.mutants(file).filter_map(|(rule, span, what, fate)| match fate {
            Fate::Unnoticed { cases } => Some(Survivor { rule, span, what, cases: *cases }),
            Fate::Noticed | Fate::Refused(_) => None,
        })
    }

    fn of_file(&self, file: &str) -> impl Iterator<Item = (&Key, &Kept)> {
        let start = (file.to_owned(), 0, 0, String::new());
        self.mutants.range(start..).take_while(move |((name, ..), _)| name == file)
    }
}

impl Survivor<'_> {
    /// The same as a warning.
    pub fn diagnostic(&self) -> Diagnostic {
        let message = format!("no case notices a change of {}", self.rule);
        let found = Diagnostic::error(Code::E0606, message, self.span, self.what).warning();
        match self.cases {
            0 => found.note("no case gets there"),
            1 => found.note("one case gets there, and holds all the same"),
            cases => found.note(format!("{cases} cases get there, and hold all the same")),
        }
    }
}

fn key(file: String, span: Span, mutant: &Mutant) -> Key {
    (file, span.start, span.end, mutant.what.clone())
}

fn share<'k>(kept: impl Iterator<Item = &'k Kept>) -> Share {
    kept.fold(Share::default(), |share, kept| Share {
        seen: share.seen.saturating_add(usize::from(!matches!(kept.fate, Fate::Unnoticed { .. }))),
        all: share.all.saturating_add(1),
    })
}
