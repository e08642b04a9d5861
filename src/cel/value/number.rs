//! Conversions between the number types, each with Go's rounding.

/// Rounds to the nearest double, ties to even, as Go's `float64(n)`.
#[expect(clippy::cast_precision_loss, reason = "CEL compares and converts integers as the nearest double")]
pub(crate) fn i64_to_f64(value: i64) -> f64 {
    value as f64
}

/// Rounds to the nearest double, ties to even, as Go's `float64(n)`.
#[expect(clippy::cast_precision_loss, reason = "CEL compares and converts integers as the nearest double")]
pub(crate) fn u64_to_f64(value: u64) -> f64 {
    value as f64
}

/// Drops the fraction. `None` beyond the range that cel-go accepts (`doubleToInt64Checked`): both
/// ends of `int` are excluded, although the lower one would fit.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked right before")]
pub(crate) fn floor_to_i64(value: f64) -> Option<i64> {
    let inside = value > i64_to_f64(i64::MIN) && value < i64_to_f64(i64::MAX);
    inside.then_some(value as i64)
}

/// Drops the fraction. `None` below zero and from 2^64 on (`doubleToUint64Checked`).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked right before")]
pub(crate) fn floor_to_u64(value: f64) -> Option<u64> {
    let inside = value >= 0.0 && value < u64_to_f64(u64::MAX);
    inside.then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_int_are_excluded_as_in_cel_go() {
        assert_eq!(floor_to_i64(-9_223_372_036_854_775_808.0), None);
        assert_eq!(floor_to_i64(9_223_372_036_854_775_807.0), None);
        assert_eq!(floor_to_i64(9_223_372_036_854_774_784.0), Some(9_223_372_036_854_774_784));
        assert_eq!(floor_to_i64(-1.9), Some(-1));
        assert_eq!(floor_to_i64(f64::NAN), None);
    }

    #[test]
    fn uint_starts_at_zero_and_ends_below_two_to_the_64() {
        assert_eq!(floor_to_u64(-0.1), None);
        assert_eq!(floor_to_u64(-0.0), Some(0));
        assert_eq!(floor_to_u64(18_446_744_073_709_551_616.0), None);
        assert_eq!(floor_to_u64(f64::INFINITY), None);
    }
}
