//! Numbers and spans that can be trusted: what is no number never gets far, and a clock that goes back passes no time.

use jiff::Timestamp;

/// Hours from `then` to `now`; 0 if the clock went back.
pub(crate) fn hours(then: Timestamp, now: Timestamp) -> f64 {
    (now.duration_since(then).as_secs_f64() / 3600.0).max(0.0)
}

/// `x` between `least` and `most`; `otherwise` if it is no number. Infinities are taken for the nearer end.
pub(crate) fn within(x: f64, least: f64, most: f64, otherwise: f64) -> f64 {
    if x.is_nan() { otherwise } else { x.clamp(least, most) }
}

/// `x` between 0 and 1; 0 if it is no number.
pub(crate) fn unit(x: f64) -> f64 {
    within(x, 0.0, 1.0, 0.0)
}

/// Declares a configuration: named numbers, each with its default and its range. An operator can change them, and a
/// test can read them.
macro_rules! config {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$doc:meta])* $field:ident: $ty:ty = $default:literal in $least:literal..=$most:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[$doc])*
                #[doc = concat!(" Default ", stringify!($default), "; allowed ", stringify!($least), " to ", stringify!($most), ".")]
                pub $field: $ty,
            )+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $name {
            /// Every number that is out of its range; none, if all is well.
            pub fn problems(&self) -> Vec<$crate::persona::Problem> {
                let mut out = Vec::new();
                $(
                    // Not a number is in no range.
                    if !($least..=$most).contains(&self.$field) {
                        out.push($crate::persona::Problem {
                            field: stringify!($field).into(),
                            value: self.$field.to_string(),
                            allowed: format!("{} to {}", $least, $most),
                        });
                    }
                )+
                out
            }
        }
    };
}
pub(crate) use config;

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro declares what is public elsewhere")]
mod tests {
    use super::*;

    config! {
        /// Two numbers.
        Two {
            /// A share.
            share: f64 = 0.5 in 0.0..=1.0,
            /// A count.
            count: u32 = 3 in 1..=9,
        }
    }

    #[test]
    fn a_clock_that_goes_back_passes_no_time() {
        let at = |s| Timestamp::from_second(s).unwrap();
        assert_eq!(hours(at(3600), at(0)), 0.0);
        assert_eq!(hours(at(0), at(5400)), 1.5);
        assert!(hours(Timestamp::MIN, Timestamp::MAX).is_finite());
    }

    #[test]
    fn what_is_no_number_gets_a_sane_one() {
        assert_eq!(within(f64::NAN, 0.0, 1.0, 0.5), 0.5);
        assert_eq!(within(f64::INFINITY, 0.0, 1.0, 0.5), 1.0);
        assert_eq!(unit(-3.0), 0.0);
    }

    #[test]
    fn a_configuration_knows_its_ranges() {
        assert_eq!(Two::default().problems(), []);
        let bad: Vec<String> = Two { share: f64::NAN, count: 10 }.problems().iter().map(ToString::to_string).collect();
        assert_eq!(bad, ["share is NaN; allowed: 0 to 1", "count is 10; allowed: 1 to 9"]);
        let partly: Two = toml::from_str("count = 4").unwrap();
        assert_eq!(partly, Two { count: 4, ..Two::default() });
        assert!(toml::from_str::<Two>("cuont = 4").is_err());
    }
}
