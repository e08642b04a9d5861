//! Cron schedules of five fields, in the grammar of robfig/cron v3 without descriptors and time zones:
//! `0 2 * * 0`, `*/15 8-18 * JAN,jul MON-FRI`.

#[cfg(test)]
mod tests;

/// Longest schedule in bytes (the target's own bound on schedules).
pub const MAX_LENGTH: usize = 128;

/// A schedule: for each field the set of its values, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    bits: u64,
    /// Written with `*` or `?` (and no step over 1): then it does not restrict which days match.
    star: bool,
}

/// Why a text is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Not five fields.
    #[error("`{text}` has {found} fields: expected 5, minute hour day month weekday, as in `0 2 * * 0`")]
    Fields {
        /// The whole text.
        text: String,
        /// Fields found.
        found: usize,
    },
    /// `@daily`.
    #[error("`{0}` is a descriptor, which is not allowed: write five fields, as in `0 0 * * *`")]
    Descriptor(String),
    /// `TZ=…`.
    #[error("`{0}` sets a time zone, which is not allowed: schedules have a field for it")]
    TimeZone(String),
    /// Longer than [`MAX_LENGTH`].
    #[error("a schedule has at most {MAX_LENGTH} bytes, this has {0}: shorten it")]
    TooLong(usize),
    /// A part of a field.
    #[error("`{part}` is not a {field}: expected {min} to {max}, a range `a-b`, a step `*/n`, or a list of these")]
    Part {
        /// What was found.
        part: String,
        /// Name of the field.
        field: &'static str,
        /// Smallest value.
        min: u8,
        /// Largest value.
        max: u8,
    },
    /// `0 0 * * 7`.
    #[error("`{0}` is not a weekday: expected 0 to 6; Sunday is 0")]
    Sunday(String),
}

/// A field's name, bounds and words.
struct Bounds {
    name: &'static str,
    min: u8,
    max: u8,
    words: &'static [&'static str],
}

const MINUTES: Bounds = Bounds { name: "minute", min: 0, max: 59, words: &[] };
const HOURS: Bounds = Bounds { name: "hour", min: 0, max: 23, words: &[] };
const DAYS: Bounds = Bounds { name: "day of the month", min: 1, max: 31, words: &[] };
const MONTHS: Bounds = Bounds {
    name: "month",
    min: 1,
    max: 12,
    words: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAYS: Bounds =
    Bounds { name: "weekday", min: 0, max: 6, words: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

impl Schedule {
    /// Reads a schedule.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        if text.len() > MAX_LENGTH {
            return Err(CronError::TooLong(text.len()));
        }
        if text.starts_with('@') {
            return Err(CronError::Descriptor(text.to_owned()));
        }
        if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
            return Err(CronError::TimeZone(text.to_owned()));
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(CronError::Fields { text: text.to_owned(), found: fields.len() });
        };
        Ok(Self {
            minutes: field(minute, &MINUTES)?,
            hours: field(hour, &HOURS)?,
            days: field(day, &DAYS)?,
            months: field(month, &MONTHS)?,
            weekdays: field(weekday, &WEEKDAYS)?,
        })
    }

    /// Whether the schedule fires in a minute of the wall clock: minute 0 to 59, hour 0 to 23, day 1 to
    /// 31, month 1 to 12, weekday 0 (Sunday) to 6. Day and weekday both restrict only if neither is a star;
    /// then one of them is enough.
    pub fn matches(&self, minute: u8, hour: u8, day: u8, month: u8, weekday: u8) -> bool {
        let (by_day, by_weekday) = (self.days.has(day), self.weekdays.has(weekday));
        let day_matches =
            if self.days.star || self.weekdays.star { by_day && by_weekday } else { by_day || by_weekday };
        self.minutes.has(minute) && self.hours.has(hour) && self.months.has(month) && day_matches
    }
}

/// The normal form: single blanks between fields.
pub fn normalize(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Field {
    fn has(self, value: u8) -> bool {
        self.bits.checked_shr(u32::from(value)).is_some_and(|bits| bits & 1 == 1)
    }
}

/// A list of parts. Unlike robfig's, it may not be empty or have an empty element.
fn field(text: &str, bounds: &Bounds) -> Result<Field, CronError> {
    let mut field = Field { bits: 0, star: false };
    for part in text.split(',') {
        let (low, high, step, star) = range(part, bounds).ok_or_else(|| part_error(part, bounds))?;
        let values = (low..=high).step_by(usize::from(step));
        field.bits = values.fold(field.bits, |bits, value| bits | 1 << value);
        field.star |= star;
    }
    Ok(field)
}

/// Low, high, step, and whether the part is a plain star.
fn range(part: &str, bounds: &Bounds) -> Option<(u8, u8, u8, bool)> {
    let (span, step) = match part.split_once('/') {
        Some((span, step)) => (span, Some(number(step)?)),
        None => (part, None),
    };
    let star = matches!(span, "*" | "?");
    let (low, high) = if star {
        (bounds.min, bounds.max)
    } else if let Some((low, high)) = span.split_once('-') {
        (value(low, bounds)?, value(high, bounds)?)
    } else {
        let low = value(span, bounds)?;
        // `5/10` runs from 5 to the end.
        (low, if step.is_some() { bounds.max } else { low })
    };
    // A step beyond the field's span fires once, at its start.
    let step = u8::try_from(step.unwrap_or(1)).unwrap_or(u8::MAX);
    let valid = low >= bounds.min && high <= bounds.max && low <= high && step > 0;
    valid.then_some((low, high, step, star && step == 1))
}

/// A word of the field, or a number.
fn value(text: &str, bounds: &Bounds) -> Option<u8> {
    let word = bounds.words.iter().zip(bounds.min..).find(|(word, _)| text.eq_ignore_ascii_case(word));
    word.map(|(_, value)| value).or_else(|| u8::try_from(number(text)?).ok())
}

/// Digits only; Go's sign is refused.
fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn part_error(part: &str, bounds: &Bounds) -> CronError {
    if bounds.name == WEEKDAYS.name && part.split(['-', '/']).any(|number| number == "7") {
        return CronError::Sunday(part.to_owned());
    }
    CronError::Part { part: part.to_owned(), field: bounds.name, min: bounds.min, max: bounds.max }
}
