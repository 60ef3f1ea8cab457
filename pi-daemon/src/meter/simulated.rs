//! A simulated household in the place of a meter, one telegram a second.

use simulated_meter::Household;
use tokio::sync::mpsc;

use super::{Heard, Line, MeterEvent, MeterState, Unheard, tell};
use crate::clock::Clock;

/// Speaks for the household of `seed` as DSMR 5 does: one telegram each second of the clock.
pub(super) async fn read(seed: u64, clock: &dyn Clock, events: &mpsc::Sender<MeterEvent>) -> Heard {
    let label = format!("simulated household {seed}");
    tell(events, MeterEvent::State(MeterState::Connected(label))).await?;
    let mut household = Household::new(seed);
    let mut line = Line::new();
    let mut last = 0;
    loop {
        let now = clock.unix();
        if now > last {
            last = now;
            for event in line.push(&household.telegram_at(now.cast_signed())) {
                tell(events, event).await?;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(clock.until_next_second()) => {}
            () = events.closed() => return Err(Unheard),
        }
    }
}
