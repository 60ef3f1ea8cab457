//! How each journal entry changes the view.

use super::observed::{is_news, observed};
use super::{
    ConsentView, Delivery, DeviceView, Ending, FirstSecrets, RequestView, ViewError, WalletView,
};
use crate::activity::{Activity, Fact};
use crate::device::Refusal;
use crate::id::{ConsentId, DeviceId, RequestSecret};
use crate::journal::{Authorization, ChainSecrets, DeviceSecrets, JournalEntry, JournalRecord};
use crate::receipt::SignedReceipt;
use crate::request::SignedRequest;
use crate::state::{ConsentState, Step};

pub(super) fn apply(view: &mut WalletView, record: &JournalRecord) -> Result<(), ViewError> {
    if let Some(fact) = entry(view, &record.entry, record.at)? {
        view.activity.push(Activity {
            number: record.number,
            at: record.at,
            fact,
        });
    }
    Ok(())
}

fn entry(view: &mut WalletView, entry: &JournalEntry, at: u64) -> Result<Option<Fact>, ViewError> {
    match entry {
        JournalEntry::WalletCreated { network } => {
            view.network = Some(network.clone());
            Ok(Some(Fact::WalletCreated))
        }
        JournalEntry::DeviceAdded(secrets) => device_added(view, secrets, at),
        JournalEntry::DeviceRenamed { device, name } => device_renamed(view, *device, name),
        JournalEntry::DeviceDeleted { device } => device_deleted(view, *device, at),
        JournalEntry::OwnerLanes { device, lanes } => {
            let device = device_mut(view, *device)?;
            device.owner_lanes = lanes.clone();
            Ok(Some(Fact::OwnerLanes {
                device: device.id,
                name: device.name.clone(),
                lanes: lanes.clone(),
            }))
        }
        JournalEntry::Checkpoint {
            device,
            control,
            status,
        } => checkpoint(view, *device, control, status),
        JournalEntry::DeviceReported { device, alert } => {
            let device = device_mut(view, *device)?;
            Ok(Some(Fact::DeviceReported {
                device: device.id,
                name: device.name.clone(),
                alert: alert.clone(),
            }))
        }
        JournalEntry::DeviceRefused {
            device,
            consent,
            why,
        } => {
            let service = consent
                .and_then(|consent| view.consents.get(&consent))
                .map(|c| c.service().to_owned());
            let device = device_mut(view, *device)?;
            let name = device.name.clone();
            Ok(Some(Fact::DeviceRefused {
                device: device.id,
                name,
                service,
                why: Refusal::from_code(*why),
            }))
        }
        JournalEntry::RequestOpened {
            secret,
            request,
            site_checked,
        } => request_opened(view, secret, request, *site_checked, at),
        JournalEntry::RequestRefusedAsBad {
            consent,
            why,
            claimed_name,
        } => Ok(Some(Fact::RequestRefused {
            consent: *consent,
            claimed_name: claimed_name.clone(),
            why: *why,
        })),
        JournalEntry::RequestLapsed { consent } => {
            answer(view, *consent, Step::Lapse).map(|request| {
                Some(Fact::RequestLapsed {
                    consent: *consent,
                    service: request.signed.request().provider.name.clone(),
                })
            })
        }
        JournalEntry::Declined { consent, .. } => {
            answer(view, *consent, Step::Decline).map(|request| {
                Some(Fact::Declined {
                    consent: *consent,
                    service: request.signed.request().provider.name.clone(),
                })
            })
        }
        JournalEntry::Authorized(authorization) => authorized(view, authorization, at),
        JournalEntry::Paused { consent } => {
            let consent = change(view, *consent, Step::Pause, at)?;
            Ok(Some(Fact::Paused {
                consent: consent.id,
                service: consent.service().into(),
            }))
        }
        JournalEntry::Resumed { consent } => {
            let consent = change(view, *consent, Step::Resume, at)?;
            Ok(Some(Fact::Resumed {
                consent: consent.id,
                service: consent.service().into(),
            }))
        }
        JournalEntry::RevocationRequested { consent } => {
            let consent = change(view, *consent, Step::Revoke, at)?;
            Ok(Some(Fact::Stopped {
                consent: consent.id,
                service: consent.service().into(),
            }))
        }
        JournalEntry::ErasureRequested { consent } => {
            let consent = consent_mut(view, *consent)?;
            // Only what has ended can be erased: the state machine says so. What ran out has, even if the device, which may be
            // away, has not said it.
            consent.state_at(at).after(Step::Erase)?;
            consent.erasure_requested_at = consent.erasure_requested_at.or(Some(at));
            Ok(Some(Fact::ErasureRequested {
                consent: consent.id,
                service: consent.service().into(),
            }))
        }
        JournalEntry::Observed {
            consent,
            writer,
            number,
            message,
            ..
        } => {
            let consent = consent_mut(view, *consent)?;
            Ok(if is_news(consent, *writer, *number) {
                observed(consent, message, at)
            } else {
                None
            })
        }
        JournalEntry::LogForked {
            consent, writer, ..
        } => {
            let consent = consent_mut(view, *consent)?;
            consent.forked = true;
            Ok(Some(Fact::LogForked {
                consent: consent.id,
                service: consent.service().into(),
                writer: *writer,
            }))
        }
        JournalEntry::Exported { what } => Ok(Some(Fact::Exported { what: what.clone() })),
    }
}

fn device_added(
    view: &mut WalletView,
    secrets: &DeviceSecrets,
    at: u64,
) -> Result<Option<Fact>, ViewError> {
    let id = secrets.device();
    // A device that was removed may be paired again, with new secrets.
    if view
        .devices
        .get(&id)
        .is_some_and(|device| device.removed_at.is_none())
    {
        return Err(ViewError::Twice(format!("device {id}")));
    }
    let start = |secret| ChainSecrets { index: 0, secret };
    let device = DeviceView {
        id,
        identity_key: secrets.identity_key.clone(),
        name: secrets.name.clone(),
        added_at: at,
        removed_at: None,
        key_index: secrets.key_index,
        lanes: secrets.lanes.clone(),
        owner_lanes: secrets.owner_lanes.clone(),
        control: start(secrets.control.clone()),
        status: start(secrets.status.clone()),
        first: FirstSecrets {
            control: secrets.control.clone(),
            status: secrets.status.clone(),
        },
    };
    view.devices.insert(id, device);
    Ok(Some(Fact::DeviceAdded {
        device: id,
        name: secrets.name.clone(),
    }))
}

fn device_renamed(
    view: &mut WalletView,
    device: DeviceId,
    name: &str,
) -> Result<Option<Fact>, ViewError> {
    let device = device_mut(view, device)?;
    let from = std::mem::replace(&mut device.name, name.to_owned());
    Ok(Some(Fact::DeviceRenamed {
        device: device.id,
        from,
        to: name.to_owned(),
    }))
}

fn device_deleted(view: &mut WalletView, id: DeviceId, at: u64) -> Result<Option<Fact>, ViewError> {
    let device = device_mut(view, id)?;
    device.removed_at = device.removed_at.or(Some(at));
    let name = device.name.clone();
    for consent in view
        .consents
        .values_mut()
        .filter(|consent| consent.device == id)
    {
        if let Ok(state) = consent.state.after(Step::LoseDevice) {
            consent.state = state;
            consent.ending = Some(Ending { how: state, at });
            consent.delivery = Delivery {
                asked_at: Some(at),
                ..Delivery::default()
            };
        }
    }
    Ok(Some(Fact::DeviceDeleted { device: id, name }))
}

fn checkpoint(
    view: &mut WalletView,
    device: DeviceId,
    control: &ChainSecrets,
    status: &ChainSecrets,
) -> Result<Option<Fact>, ViewError> {
    let device = device_mut(view, device)?;
    // Two wallets of the same words may write checkpoints in any order: a chain never goes back.
    if control.index > device.control.index {
        device.control = control.clone();
    }
    if status.index > device.status.index {
        device.status = status.clone();
    }
    Ok(None)
}

fn request_opened(
    view: &mut WalletView,
    secret: &RequestSecret,
    bytes: &[u8],
    site_checked: bool,
    at: u64,
) -> Result<Option<Fact>, ViewError> {
    let signed = SignedRequest::open(bytes)?;
    let consent = ConsentId::of(secret, &signed.hash());
    if view.requests.contains_key(&consent) {
        return Err(ViewError::Twice(format!("request {consent}")));
    }
    let service = signed.request().provider.name.clone();
    let request = RequestView {
        consent,
        secret: secret.clone(),
        signed,
        site_checked,
        opened_at: at,
        state: ConsentState::Requested,
    };
    view.requests.insert(consent, request);
    Ok(Some(Fact::RequestOpened {
        consent,
        service,
        site_checked,
    }))
}

fn answer(
    view: &mut WalletView,
    consent: ConsentId,
    step: Step,
) -> Result<&RequestView, ViewError> {
    let request = view
        .requests
        .get_mut(&consent)
        .ok_or(ViewError::UnknownRequest(consent))?;
    request.state = request.state.after(step)?;
    Ok(request)
}

fn authorized(
    view: &mut WalletView,
    given: &Authorization,
    at: u64,
) -> Result<Option<Fact>, ViewError> {
    device_mut(view, given.device)?;
    let request = view
        .requests
        .get_mut(&given.consent)
        .ok_or(ViewError::UnknownRequest(given.consent))?;
    let state = request.state.after(Step::Authorise)?;
    let receipt = SignedReceipt::open_for(&given.receipt, &request.signed, given.consent)?;
    request.state = state;
    let consent = ConsentView {
        id: given.consent,
        device: given.device,
        signed: request.signed.clone(),
        request_secret: request.secret.clone(),
        agreement: given.agreement.clone(),
        language: given.language,
        by: given.by,
        receipt,
        consent_secret: given.consent_secret.clone(),
        authorised_at: at,
        state,
        opened: Vec::new(),
        closed: Vec::new(),
        readable_before: None,
        ending: None,
        delivery: Delivery::default(),
        erasure_requested_at: None,
        purged: None,
        forked: false,
        observed: [0; 2],
    };
    let fact = Fact::Authorised {
        consent: consent.id,
        service: consent.service().into(),
        lanes: given.agreement.lanes.clone(),
        until: given.agreement.until,
        history_days: given.agreement.history_days,
    };
    view.consents.insert(consent.id, consent);
    Ok(Some(fact))
}

fn change(
    view: &mut WalletView,
    consent: ConsentId,
    step: Step,
    at: u64,
) -> Result<&ConsentView, ViewError> {
    let consent = consent_mut(view, consent)?;
    consent.state = consent.state.after(step)?;
    if consent.state.has_ended() {
        consent.ending = Some(Ending {
            how: consent.state,
            at,
        });
    }
    consent.delivery = Delivery {
        asked_at: Some(at),
        ..Delivery::default()
    };
    Ok(consent)
}

fn device_mut(view: &mut WalletView, device: DeviceId) -> Result<&mut DeviceView, ViewError> {
    view.devices
        .get_mut(&device)
        .ok_or(ViewError::UnknownDevice(device))
}

fn consent_mut(view: &mut WalletView, consent: ConsentId) -> Result<&mut ConsentView, ViewError> {
    view.consents
        .get_mut(&consent)
        .ok_or(ViewError::UnknownConsent(consent))
}
