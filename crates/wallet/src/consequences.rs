//! What has to be said to others once an entry stands in the journal.

use consent::{
    ConsentId, ConsentMessage, ControlMessage, InboxMessage, JournalEntry, JournalRecord,
    WalletView,
};

use crate::keys::Keys;
use crate::store::Draft;

/// The same for every wallet of these words, at any time: so it can be found out later whether it was said.
pub(crate) fn of(record: &JournalRecord, view: &WalletView, keys: &Keys) -> Vec<Draft> {
    let at = record.at;
    match &record.entry {
        JournalEntry::DeviceAdded(secrets) => {
            let network = view.network().unwrap_or_default().to_owned();
            let owner_lanes = secrets.owner_lanes.clone();
            vec![Draft::Control {
                device: secrets.device(),
                message: ControlMessage::DeviceAdded {
                    at,
                    network,
                    owner_lanes,
                },
            }]
        }
        JournalEntry::DeviceDeleted { device } => {
            vec![Draft::Control {
                device: *device,
                message: ControlMessage::DeviceDeleted { at },
            }]
        }
        JournalEntry::OwnerLanes { device, lanes } => {
            let message = ControlMessage::OwnerLanes {
                lanes: lanes.clone(),
            };
            vec![Draft::Control {
                device: *device,
                message,
            }]
        }
        JournalEntry::Declined { consent, .. } => {
            refusal(*consent, at, view, keys).into_iter().collect()
        }
        JournalEntry::Authorized(given) => authorisation(given.consent, view),
        JournalEntry::Paused { consent } => {
            let control = ControlMessage::Paused {
                consent: *consent,
                at,
            };
            both(*consent, control, ConsentMessage::Paused, view)
        }
        JournalEntry::Resumed { consent } => {
            let control = ControlMessage::Resumed {
                consent: *consent,
                at,
            };
            both(*consent, control, ConsentMessage::Resumed, view)
        }
        JournalEntry::RevocationRequested { consent } => {
            let control = ControlMessage::AuthorizationRevoked {
                consent: *consent,
                at,
            };
            both(
                *consent,
                control,
                ConsentMessage::AuthorizationRevoked,
                view,
            )
        }
        JournalEntry::ErasureRequested { consent } => {
            vec![Draft::Consent {
                consent: *consent,
                message: ConsentMessage::ErasureRequested,
            }]
        }
        JournalEntry::WalletCreated { .. }
        | JournalEntry::DeviceRenamed { .. }
        | JournalEntry::Checkpoint { .. }
        | JournalEntry::DeviceReported { .. }
        | JournalEntry::DeviceRefused { .. }
        | JournalEntry::RequestOpened { .. }
        | JournalEntry::RequestRefusedAsBad { .. }
        | JournalEntry::RequestLapsed { .. }
        | JournalEntry::Observed { .. }
        | JournalEntry::LogForked { .. }
        | JournalEntry::Exported { .. } => Vec::new(),
    }
}

fn refusal(consent: ConsentId, at: u64, view: &WalletView, keys: &Keys) -> Option<Draft> {
    let secret = view.request(consent)?.secret.clone();
    let key = keys.consent_signer(consent).verifying().to_bytes();
    Some(Draft::Inbox {
        consent,
        secret,
        message: InboxMessage::Refused { consent, at, key },
    })
}

fn authorisation(consent: ConsentId, view: &WalletView) -> Vec<Draft> {
    let Some(given) = view.consent(consent) else {
        return Vec::new();
    };
    let control = given.authorized().map(|authorized| Draft::Control {
        device: given.device,
        message: ControlMessage::Authorized(Box::new(authorized)),
    });
    let answer = Draft::Inbox {
        consent,
        secret: given.request_secret.clone(),
        message: InboxMessage::Accepted(Box::new(given.accepted())),
    };
    control.into_iter().chain([answer]).collect()
}

/// To the device first, since it turns the keys; and to the consent channel, so that an honest provider stops at once
/// even while the device is away.
fn both(
    consent: ConsentId,
    control: ControlMessage,
    message: ConsentMessage,
    view: &WalletView,
) -> Vec<Draft> {
    let device = view.consent(consent).map(|given| given.device);
    let control = device.map(|device| Draft::Control {
        device,
        message: control,
    });
    control
        .into_iter()
        .chain([Draft::Consent { consent, message }])
        .collect()
}
