//! What forbids writing first, whatever else speaks for it.

use super::{ProactiveConfig, Situation};
use crate::measure::hours;
use crate::mood::named;
use crate::profile::QuietHours;
use jiff::Timestamp;
use jiff::tz::TimeZone;

named! {
    /// A hard limit, by its name.
    Limit {
        /// The person has not agreed to be written to.
        NoConsent = "no_consent",
        /// As many messages today as there may be.
        DailyLimit = "daily_limit",
        /// The last message is too recent.
        TooSoon = "too_soon",
        /// The person declined not long ago.
        Declined = "declined",
        /// Too many messages in a row went unanswered.
        Unanswered = "unanswered",
        /// The last message may still be answered.
        AwaitingAnswer = "awaiting_answer",
        /// The person's quiet hours.
        QuietHours = "quiet_hours",
        /// A turn is being answered.
        TurnRunning = "turn_running",
        /// A crisis of the person's is not yet over.
        CrisisOpen = "crisis_open",
    }
}

impl Limit {
    /// The limit in words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::NoConsent => "they have not agreed to be written to",
            Self::DailyLimit => "there were enough messages today",
            Self::TooSoon => "the last message is too recent",
            Self::Declined => "they declined not long ago",
            Self::Unanswered => "too many messages in a row went unanswered; the next word is theirs",
            Self::AwaitingAnswer => "the last message has not been answered yet",
            Self::QuietHours => "it is one of their quiet hours",
            Self::TurnRunning => "a turn is being answered",
            Self::CrisisOpen => "a crisis is not yet over",
        }
    }
}

/// Every limit that stands against writing now. `reminds`: what it would write is a reminder that was asked for, which
/// does not wait for an answer to something else. A clock that went back makes limits longer, never shorter.
pub(super) fn limits(situation: &Situation<'_>, reminds: bool, config: &ProactiveConfig) -> Vec<Limit> {
    let Situation { now, zone, outreach, .. } = *situation;
    let since_last = outreach.last().map_or(f64::INFINITY, |sent| hours(sent.at, now));
    let since_decline = outreach.declined_at.map_or(f64::INFINITY, |at| hours(at, now));
    let in_a_row = outreach.unanswered_in_a_row();
    let holds = |limit: &Limit| match limit {
        Limit::NoConsent => situation.profile.proactive_consent != Some(true),
        Limit::DailyLimit => outreach.sent_today(now, zone) >= config.per_day as usize,
        Limit::TooSoon => since_last < config.apart_hours,
        Limit::Declined => since_decline < config.after_decline_hours,
        Limit::Unanswered => in_a_row >= config.unanswered as usize,
        Limit::AwaitingAnswer => !reminds && in_a_row > 0 && since_last < config.patience_hours,
        Limit::QuietHours => is_quiet(situation.profile.quiet_hours, now, zone),
        Limit::TurnRunning => situation.turn_running,
        Limit::CrisisOpen => situation.crisis_open,
    };
    Limit::ALL.iter().copied().filter(holds).collect()
}

/// Whether it is one of the person's quiet hours. From and until the same minute means none.
pub(super) fn is_quiet(quiet: QuietHours, at: Timestamp, zone: &TimeZone) -> bool {
    let local = zone.to_datetime(at);
    let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
    if quiet.from <= quiet.until {
        (quiet.from..quiet.until).contains(&minute)
    } else {
        minute >= quiet.from || minute < quiet.until
    }
}
