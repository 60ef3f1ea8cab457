//! What device and provider say on a consent channel, and what it tells the wallet.

use super::{ConsentView, Delivery, Ending};
use crate::activity::Fact;
use crate::message::LanePosition;
use crate::message::consent::{ConsentMessage, Writer};
use crate::state::{ConsentState, Step};

/// A message that was written down before (by a second wallet of the same words) is not news.
pub(super) fn is_news(consent: &mut ConsentView, writer: Writer, number: u32) -> bool {
    let [device, provider] = &mut consent.observed;
    let next = match writer {
        Writer::Device => device,
        Writer::Provider => provider,
        Writer::Wallet => return false,
    };
    let news = number >= *next;
    *next = (*next).max(number.saturating_add(1));
    news
}

/// Device and provider are heard in no certain order, and an end stays the end that came first: what comes late is
/// kept as a proof and moves nothing.
pub(super) fn observed(view: &mut ConsentView, message: &ConsentMessage, at: u64) -> Option<Fact> {
    let consent = view.id;
    let service = view.service().to_owned();
    match message {
        ConsentMessage::Granted { lanes } => {
            step(view, Step::Grant);
            view.opened.clone_from(lanes);
            Some(Fact::Granted { consent, service })
        }
        ConsentMessage::Accepted => {
            step(view, Step::Grant);
            step(view, Step::Accept);
            Some(Fact::Accepted { consent, service })
        }
        ConsentMessage::PausedAck { lanes } => {
            confirm_pause(view, ConsentState::Paused, at);
            view.closed.clone_from(lanes);
            Some(Fact::PauseHolds {
                consent,
                service,
                last_readable: view.last_readable(),
            })
        }
        ConsentMessage::ResumedAck { lanes } => {
            confirm_pause(view, ConsentState::Active, at);
            view.readable_before = view.last_readable();
            view.opened.clone_from(lanes);
            view.closed.clear();
            Some(Fact::ResumeHolds { consent, service })
        }
        ConsentMessage::RevokedAck { lanes } => Some(closed(view, Step::Revoke, lanes, at)),
        ConsentMessage::Expired { lanes } => Some(closed(view, Step::Expire, lanes, at)),
        ConsentMessage::TerminatedAck { lanes } => Some(closed(view, Step::Terminate, lanes, at)),
        ConsentMessage::DeviceDeleted { lanes } => Some(closed(view, Step::LoseDevice, lanes, at)),
        ConsentMessage::Terminated => {
            end(view, Step::Terminate, at);
            view.delivery.service_at = Some(at);
            Some(Fact::Terminated { consent, service })
        }
        ConsentMessage::Stopped => {
            view.delivery.service_at = Some(at);
            Some(Fact::StopConfirmed { consent, service })
        }
        ConsentMessage::Purged { readings } => {
            // Its time may be over without the device having said so.
            if view.state_at(at) == ConsentState::Expired {
                end(view, Step::Expire, view.agreement.until);
            }
            step(view, Step::Erase);
            // Said while the consent still runs it is no answer to what is asked at its end.
            if view.state == ConsentState::Erased {
                view.purged = Some((at, *readings));
            }
            Some(Fact::Purged {
                consent,
                service,
                readings: *readings,
            })
        }
        ConsentMessage::Resync
        | ConsentMessage::Regrant { .. }
        | ConsentMessage::AuthorizationRevoked
        | ConsentMessage::Paused
        | ConsentMessage::Resumed
        | ConsentMessage::ErasureRequested => None,
    }
}

fn confirm_pause(view: &mut ConsentView, state: ConsentState, at: u64) {
    if view.state == state {
        view.delivery.device_at = Some(at);
    }
}

fn closed(view: &mut ConsentView, how: Step, lanes: &[LanePosition], at: u64) -> Fact {
    end(view, how, at);
    view.closed = lanes.to_vec();
    view.delivery.device_at = Some(at);
    Fact::Closed {
        consent: view.id,
        service: view.service().into(),
        end: view.state,
        last_readable: view.last_readable(),
    }
}

fn end(view: &mut ConsentView, how: Step, at: u64) {
    if let Ok(ended) = view.state.after(how) {
        view.delivery = Delivery::default();
        view.state = ended;
        view.ending = Some(Ending { how: ended, at });
    }
}

fn step(view: &mut ConsentView, step: Step) {
    view.state = view.state.after(step).unwrap_or(view.state);
}
