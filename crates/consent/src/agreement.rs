//! What the person agrees to: the request, narrowed by their own choices.

use jiff::tz::TimeZone;
use minicbor::{Decode, Encode};
use readings::Lane;

use crate::ends::End;
use crate::lanes::Lanes;
use crate::request::{ConsentRequest, LaneWish};

/// What the person has chosen on the screen of a request. It may be anything; [`Agreement::reach`] judges it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// The lanes to share.
    pub lanes: Lanes,
    /// Until when, in unix seconds.
    pub until: u64,
    /// How many days of the past, if any.
    pub history_days: Option<u16>,
}

/// What was agreed: a part of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[cbor(map)]
pub struct Agreement {
    /// The lanes that are shared.
    #[n(0)]
    pub lanes: Lanes,
    /// Not before, in unix seconds.
    #[n(1)]
    pub from: u64,
    /// Not at or after, in unix seconds.
    #[n(2)]
    pub until: u64,
    /// How many days of the past, if any.
    #[n(3)]
    pub history_days: Option<u16>,
}

/// Choices that are no answer to the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// The request could be answered until then, and it is later.
    #[error("the request can no longer be answered: ask the service for a new one")]
    TooLate,
    /// A lane that is neither asked for nor offered as a coarser choice.
    #[error("{0} is not asked for, so it cannot be shared here")]
    NotAsked(Lane),
    /// Two finenesses of the same thing where one is asked for.
    #[error("{0} and {1} are two ways of sharing the same thing: choose one")]
    TwoWays(Lane, Lane),
    /// Something that the service cannot do without was taken away.
    #[error("the service does not work without {0}: share it, or say no to the whole request")]
    Needed(Lane),
    /// Nothing is left.
    #[error("nothing would be shared: say no instead")]
    Nothing,
    /// Longer than was asked for.
    #[error("the request asks until {asked} (unix time), so it cannot be granted until {chosen}")]
    LongerThanAsked {
        /// The end that was asked for.
        asked: u64,
        /// The end that was chosen.
        chosen: u64,
    },
    /// The end lies before the beginning.
    #[error("the end, {until} (unix time), must be after the beginning, {from}")]
    EndsBeforeItBegins {
        /// When it would begin.
        from: u64,
        /// When it would end.
        until: u64,
    },
    /// More of the past than was asked for.
    #[error("the request asks for {asked} days of the past, so {chosen} cannot be granted")]
    MoreHistoryThanAsked {
        /// How many days were asked for; 0 if the past was not asked for.
        asked: u16,
        /// How many days were chosen.
        chosen: u16,
    },
}

impl Choices {
    /// What a screen begins with (GDPR article 25): what is needed and no more, as coarse as the service can use,
    /// without the past, for a month of the place where the person lives.
    #[must_use]
    pub fn least(request: &ConsentRequest, now: u64, zone: &TimeZone) -> Self {
        let coarsest = |wish: &LaneWish| wish.ways().max_by_key(|lane| lane.granularity);
        Self {
            lanes: request
                .lanes
                .iter()
                .filter(|wish| wish.needed)
                .filter_map(coarsest)
                .collect(),
            until: End::least(request, now, zone).until,
            history_days: None,
        }
    }

    /// Everything that was asked for.
    #[must_use]
    pub fn as_asked(request: &ConsentRequest) -> Self {
        Self {
            lanes: request.asked(),
            until: request.until,
            history_days: request.history.as_ref().map(|history| history.days),
        }
    }

    /// Shares this lane too; another fineness of the same wish gives way to it.
    #[must_use]
    pub fn with(mut self, request: &ConsentRequest, lane: Lane) -> Self {
        let others: Vec<Lane> = wish_of(request, lane)
            .map(|wish| wish.ways().collect())
            .unwrap_or_default();
        self.lanes = self
            .lanes
            .iter()
            .filter(|chosen| !others.contains(chosen))
            .chain([lane])
            .collect();
        self
    }

    /// Does not share this lane.
    #[must_use]
    pub fn without(mut self, lane: Lane) -> Self {
        self.lanes = self.lanes.iter().filter(|chosen| *chosen != lane).collect();
        self
    }

    /// Ends then, in unix seconds.
    #[must_use]
    pub fn until(mut self, until: u64) -> Self {
        self.until = until;
        self
    }

    /// Shares this many days of the past, or none.
    #[must_use]
    pub fn history(mut self, days: Option<u16>) -> Self {
        self.history_days = days;
        self
    }
}

impl Agreement {
    /// Judges the choices: each may only make the request smaller.
    ///
    /// # Errors
    /// The first choice that is no answer to the request, as a sentence.
    pub fn reach(
        request: &ConsentRequest,
        choices: &Choices,
        now: u64,
    ) -> Result<Self, ChoiceError> {
        if request.expires_at <= now {
            return Err(ChoiceError::TooLate);
        }
        lanes(request, &choices.lanes)?;
        let from = request.from.max(now);
        Ok(Self {
            lanes: choices.lanes.clone(),
            from,
            until: end(request, choices.until, from)?,
            history_days: history(request, choices.history_days)?,
        })
    }

    /// The agreement again as choices, to judge it once more.
    #[must_use]
    pub fn as_choices(&self) -> Choices {
        Choices {
            lanes: self.lanes.clone(),
            until: self.until,
            history_days: self.history_days,
        }
    }
}

fn lanes(request: &ConsentRequest, chosen: &Lanes) -> Result<(), ChoiceError> {
    if let Some(lane) = chosen.iter().find(|lane| wish_of(request, *lane).is_none()) {
        return Err(ChoiceError::NotAsked(lane));
    }
    for wish in &request.lanes {
        let mut ways = wish.ways().filter(|lane| chosen.contains(*lane));
        match (ways.next(), ways.next()) {
            (Some(one), Some(other)) => return Err(ChoiceError::TwoWays(one, other)),
            (None, _) if wish.needed => return Err(ChoiceError::Needed(wish.lane)),
            _ => {}
        }
    }
    if chosen.is_empty() {
        Err(ChoiceError::Nothing)
    } else {
        Ok(())
    }
}

fn wish_of(request: &ConsentRequest, lane: Lane) -> Option<&LaneWish> {
    request
        .lanes
        .iter()
        .find(|wish| wish.ways().any(|way| way == lane))
}

fn end(request: &ConsentRequest, until: u64, from: u64) -> Result<u64, ChoiceError> {
    if until > request.until {
        Err(ChoiceError::LongerThanAsked {
            asked: request.until,
            chosen: until,
        })
    } else if until <= from {
        Err(ChoiceError::EndsBeforeItBegins { from, until })
    } else {
        Ok(until)
    }
}

fn history(request: &ConsentRequest, days: Option<u16>) -> Result<Option<u16>, ChoiceError> {
    let asked = request.history.as_ref().map_or(0, |history| history.days);
    match days.filter(|days| *days > 0) {
        Some(chosen) if chosen > asked => Err(ChoiceError::MoreHistoryThanAsked { asked, chosen }),
        days => Ok(days),
    }
}
