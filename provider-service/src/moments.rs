//! Power moment by moment, of every-reading data, and no more of it than a picture can show.

use std::collections::BTreeMap;

use readings::{Batch as Rows, Kind, Lane, codec};
use serde::Serialize;

use crate::consents::Id;
use crate::insights::sample;
use crate::store::{Batch, BatchPlace, Span, Store, StoreError};

/// Batches read at a time.
const PAGE: u32 = 32;

/// A moment of every-reading data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// Unix seconds.
    pub at: i64,
    /// Power in watts, negative to the grid.
    pub w: i64,
}

/// Every-reading power in the span, thinned to at most `most` moments.
///
/// # Errors
/// When the store refuses.
pub fn moments_in(
    store: &dyn Store,
    id: &Id,
    span: Span,
    most: usize,
) -> Result<Vec<Moment>, StoreError> {
    let mut thinned = Thinned::new(span.from, most);
    let mut place = BatchPlace::START;
    loop {
        let batches = store.batches(id, span, place, PAGE)?;
        let Some((last, _)) = batches.last() else {
            return Ok(thinned.kept.into_values().collect());
        };
        place = *last;
        batches
            .iter()
            .flat_map(|(_, batch)| moments_of(batch))
            .filter(|moment| (span.from..span.to).contains(&moment.at))
            .for_each(|moment| thinned.add(moment));
    }
}

/// The power of each reading; nothing for other lanes than live electricity.
#[must_use]
pub fn moments_of_rows(lane: Lane, rows: &Rows) -> Vec<Moment> {
    let Rows::Readings(rows) = rows else {
        return Vec::new();
    };
    if lane.kind != Kind::Electricity {
        return Vec::new();
    }
    rows.iter()
        .map(sample)
        .filter_map(|sample| {
            let known = sample.import_w.is_some() || sample.export_w.is_some();
            let watts = sample
                .import_w
                .unwrap_or(0)
                .saturating_sub(sample.export_w.unwrap_or(0));
            known.then_some(Moment {
                at: sample.at,
                w: watts,
            })
        })
        .collect()
}

fn moments_of(batch: &Batch) -> Vec<Moment> {
    match (Lane::from_code(batch.lane), codec::decode(&batch.body)) {
        (Ok(lane), Ok((_, rows))) => moments_of_rows(lane, &rows),
        _ => Vec::new(),
    }
}

/// The newest moment of each stretch of time. Stretches grow, so that there are never more than `most` of them, however many
/// moments a device sent.
struct Thinned {
    from: i64,
    most: usize,
    /// Seconds of a stretch.
    stretch: i64,
    kept: BTreeMap<i64, Moment>,
}

impl Thinned {
    fn new(from: i64, most: usize) -> Self {
        Self {
            from,
            // However long they grow, times may lie in two stretches.
            most: most.max(2),
            stretch: 1,
            kept: BTreeMap::new(),
        }
    }

    fn add(&mut self, moment: Moment) {
        self.keep(moment);
        while self.kept.len() > self.most {
            self.stretch = self.stretch.saturating_mul(2);
            let finer = std::mem::take(&mut self.kept);
            finer.into_values().for_each(|moment| self.keep(moment));
        }
    }

    fn keep(&mut self, moment: Moment) {
        let stretch = moment.at.saturating_sub(self.from).max(0) / self.stretch;
        let newest = self.kept.entry(stretch).or_insert(moment);
        if newest.at < moment.at {
            *newest = moment;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_moments_there_are_few_are_kept_and_the_newest_is() {
        let mut thinned = Thinned::new(1_000, 100);
        let w = 400;
        for at in (1_000..101_000).rev() {
            thinned.add(Moment { at, w });
            assert!(thinned.kept.len() <= 100);
        }
        let kept: Vec<_> = thinned.kept.into_values().collect();
        assert!(kept.len() > 50);
        assert!(kept.is_sorted_by_key(|moment| moment.at));
        assert_eq!(kept.last(), Some(&Moment { at: 100_999, w }));
    }

    #[test]
    fn few_moments_stay_as_they_are_and_each_counts_once() {
        let mut thinned = Thinned::new(0, 100);
        for (at, w) in [(30, 1), (10, 2), (30, 3), (20, 4)] {
            thinned.add(Moment { at, w });
        }
        let kept: Vec<_> = thinned.kept.into_values().collect();
        assert_eq!(
            kept,
            [(10, 2), (20, 4), (30, 1)].map(|(at, w)| Moment { at, w })
        );
    }

    #[test]
    fn times_at_both_ends_of_all_that_there_is_end_too() {
        let mut thinned = Thinned::new(i64::MIN, 0);
        for at in [i64::MIN, -1, 0, 1, i64::MAX] {
            thinned.add(Moment { at, w: 0 });
        }
        assert!(thinned.kept.len() <= 2);
    }
}
