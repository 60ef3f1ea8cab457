//! What is due, computed from the state alone.

use readings::Lane;

use super::held::{Held, Phase};
use super::{DeviceAction, DeviceConsents, LaneReader, Stage};
use crate::id::ConsentId;

pub(super) fn actions(consents: &DeviceConsents, now: u64) -> Vec<DeviceAction> {
    match consents.stage {
        Stage::New | Stage::Gone => Vec::new(),
        Stage::StartingAfresh => vec![DeviceAction::StartAfresh],
        Stage::Owned | Stage::Leaving => {
            let mut actions = rotations(consents);
            actions.extend(consents.held.iter().filter_map(say));
            actions.extend(consents.held.iter().filter_map(|held| grant(held, now)));
            actions.extend(owner_keys(consents));
            actions.extend(idle_lanes(consents));
            if actions.is_empty() && consents.stage == Stage::Leaving {
                actions.push(DeviceAction::EraseAll);
            }
            actions
        }
    }
}

/// Those who hold keys to a lane and are not to be left out.
pub(super) fn readers(consents: &DeviceConsents, lane: Lane) -> Vec<LaneReader> {
    let owner = consents
        .owner
        .holds
        .contains(lane)
        .then_some(LaneReader::Owner);
    let stays = |(consent, held): (&ConsentId, &Held)| {
        (!held.is_leaving() && held.open.contains(lane)).then_some(LaneReader::Consent(*consent))
    };
    owner
        .into_iter()
        .chain(consents.held.iter().filter_map(stays))
        .collect()
}

fn rotations(consents: &DeviceConsents) -> Vec<DeviceAction> {
    let leaving = |lane: Lane| -> Vec<ConsentId> {
        let leaves = |held: &Held| held.is_leaving() && held.open.contains(lane);
        consents
            .held
            .iter()
            .filter(|(_, held)| leaves(held))
            .map(|(consent, _)| *consent)
            .collect()
    };
    Lane::ALL
        .into_iter()
        .map(|lane| (lane, leaving(lane)))
        .filter(|(_, leaving)| !leaving.is_empty())
        .map(|(lane, leaving)| DeviceAction::Rotate {
            lane,
            leaving,
            staying: readers(consents, lane),
        })
        .collect()
}

fn say((consent, held): (&ConsentId, &Held)) -> Option<DeviceAction> {
    let message = held.to_say()?;
    Some(DeviceAction::Say {
        consent: *consent,
        message,
        last: matches!(held.phase, Phase::Ending(_)),
    })
}

fn grant((consent, held): (&ConsentId, &Held), now: u64) -> Option<DeviceAction> {
    let authorized = &held.authorized;
    let (consent, lanes) = (*consent, authorized.lanes.clone());
    match held.phase {
        Phase::Waiting if authorized.from <= now => Some(DeviceAction::Grant {
            consent,
            lanes,
            history_days: authorized.history_days,
        }),
        Phase::Regranting(_) => Some(DeviceAction::Regrant { consent, lanes }),
        _ => None,
    }
}

fn owner_keys(consents: &DeviceConsents) -> Option<DeviceAction> {
    let lanes = consents.owner.awaits.clone();
    (!lanes.is_empty()).then_some(DeviceAction::OwnerKeys { lanes })
}

/// Lanes that are published although nobody reads or is about to. A lane that somebody still has to be rotated out of
/// is not idle yet: the last rotation comes first.
fn idle_lanes(consents: &DeviceConsents) -> Vec<DeviceAction> {
    consents
        .published
        .iter()
        .filter(|lane| {
            !consents.owner.wants(*lane) && !consents.held.values().any(|held| uses(held, *lane))
        })
        .map(|lane| DeviceAction::StopLane { lane })
        .collect()
}

fn uses(held: &Held, lane: Lane) -> bool {
    held.open.contains(lane)
        || (matches!(held.phase, Phase::Regranting(_)) && held.authorized.lanes.contains(lane))
}
