//! The two number forms of a quantity and their arithmetic. Nothing here wraps: what leaves 128 bits
//! has no result.

use std::cmp::Ordering;

/// A number: a mantissa times a power of ten.
#[derive(Clone, Copy, Debug)]
pub(super) enum Amount {
    /// Go's `int64Amount`.
    Scaled {
        /// mantissa
        value: i64,
        /// power of ten
        scale: i32,
    },
    /// Go's `inf.Dec`.
    Big {
        /// mantissa
        value: i128,
        /// power of ten
        scale: i32,
    },
}

/// `value` times 10^`by`, if it fits.
pub(super) fn shift_i64(value: i64, by: u32) -> Option<i64> {
    if value == 0 { Some(0) } else { value.checked_mul(10_i64.checked_pow(by)?) }
}

/// `value` times 10^`by`, if it fits.
pub(super) fn shift_i128(value: i128, by: u32) -> Option<i128> {
    if value == 0 { Some(0) } else { value.checked_mul(10_i128.checked_pow(by)?) }
}

impl Amount {
    /// The mantissa.
    pub(super) fn unscaled(self) -> i128 {
        match self {
            Self::Scaled { value, .. } => i128::from(value),
            Self::Big { value, .. } => value,
        }
    }

    /// The power of ten.
    pub(super) fn scale(self) -> i32 {
        match self {
            Self::Scaled { scale, .. } | Self::Big { scale, .. } => scale,
        }
    }

    /// The same with the other sign. (Go wraps the smallest 64-bit value onto itself here; this does not.)
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Scaled { value, scale } => match value.checked_neg() {
                Some(value) => Self::Scaled { value, scale },
                None => Self::Big { value: -i128::from(value), scale },
            },
            // A parsed or summed mantissa is far from i128::MIN; saturating keeps the type total.
            Self::Big { value, scale } => Self::Big { value: value.checked_neg().unwrap_or(i128::MAX), scale },
        }
    }

    /// The exact sum, or none beyond 128 bits. Two 64-bit forms stay one as long as they can.
    pub(super) fn add(self, other: Self) -> Option<Self> {
        if let (Self::Scaled { value: a, scale: sa }, Self::Scaled { value: b, scale: sb }) = (self, other) {
            if b == 0 {
                return Some(self);
            }
            if a == 0 {
                return Some(other);
            }
            let scale = sa.min(sb);
            let up = |value, from: i32| shift_i64(value, from.abs_diff(scale));
            let sum = up(a, sa).zip(up(b, sb)).and_then(|(a, b)| a.checked_add(b));
            if let Some(value) = sum {
                return Some(Self::Scaled { value, scale });
            }
        }
        let scale = self.scale().min(other.scale());
        let up = |amount: Self| shift_i128(amount.unscaled(), amount.scale().abs_diff(scale));
        Some(Self::Big { value: up(self)?.checked_add(up(other)?)?, scale })
    }

    /// Order by value, exact for every pair: by sign, then by the place of the first digit, then digit
    /// by digit on a common scale.
    pub(super) fn cmp_value(&self, other: &Self) -> Ordering {
        let (a, b) = (self.unscaled(), other.unscaled());
        let signs = a.signum().cmp(&b.signum());
        if signs != Ordering::Equal || a == 0 {
            return signs;
        }
        let place = |amount: &Self| i64::from(amount.unscaled().unsigned_abs().ilog10()) + i64::from(amount.scale());
        let magnitude = place(self).cmp(&place(other)).then_with(|| {
            // Same first place, so a mantissa that overflows when brought to the finer scale has more
            // significant digits' worth of value than one that fits 128 bits unshifted.
            let scale = self.scale().min(other.scale());
            let up = |amount: &Self| {
                let shift = 10_u128.checked_pow(amount.scale().abs_diff(scale));
                shift.and_then(|shift| amount.unscaled().unsigned_abs().checked_mul(shift)).unwrap_or(u128::MAX)
            };
            up(self).cmp(&up(other))
        });
        if a < 0 { magnitude.reverse() } else { magnitude }
    }

    /// The value if it is a whole number of at most 128 bits.
    pub(super) fn whole(self) -> Option<i128> {
        let by = self.scale().unsigned_abs();
        if self.scale() >= 0 {
            return shift_i128(self.unscaled(), by);
        }
        let divisor = 10_i128.checked_pow(by)?;
        (self.unscaled() % divisor == 0).then_some(self.unscaled() / divisor)
    }

    /// Mantissa digits and an exponent that is a multiple of three, as large as it can be.
    pub(super) fn canonical_decimal(self) -> (String, i32) {
        let (mut value, mut exponent) = (self.unscaled(), self.scale());
        while value != 0 && value % 10 == 0 {
            value /= 10;
            exponent += 1;
        }
        let zeros = usize::try_from(exponent.rem_euclid(3)).unwrap_or_default();
        (format!("{value}{:0<zeros$}", ""), exponent - exponent.rem_euclid(3))
    }

    /// The mantissa as a double times Go's `math.Pow10` of the scale.
    #[expect(
        clippy::cast_precision_loss,
        reason = "an approximation is what is asked for, rounded to nearest as in Go"
    )]
    pub(super) fn approximate(self) -> f64 {
        let base = self.unscaled() as f64;
        if self.scale() == 0 { base } else { base * pow10(self.scale()) }
    }
}

/// Powers 10^0 to 10^31.
const SMALL: [f64; 32] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31,
];
/// Powers 10^0, 10^32, … 10^288.
const LARGE: [f64; 10] = [1e0, 1e32, 1e64, 1e96, 1e128, 1e160, 1e192, 1e224, 1e256, 1e288];
/// Powers 10^-0, 10^-32, … 10^-320.
const TINY: [f64; 11] = [1e0, 1e-32, 1e-64, 1e-96, 1e-128, 1e-160, 1e-192, 1e-224, 1e-256, 1e-288, 1e-320];

/// 10^`n` in the two steps that Go's `math.Pow10` takes, so that the last bit agrees.
fn pow10(n: i32) -> f64 {
    let at = |table: &[f64], index: u32| usize::try_from(index).ok().and_then(|i| table.get(i)).copied();
    let magnitude = n.unsigned_abs();
    let small = at(&SMALL, magnitude % 32).unwrap_or(1.0);
    match n {
        0..=308 => at(&LARGE, magnitude / 32).unwrap_or(f64::INFINITY) * small,
        -323..=-1 => at(&TINY, magnitude / 32).unwrap_or(0.0) / small,
        309.. => f64::INFINITY,
        _ => 0.0,
    }
}
