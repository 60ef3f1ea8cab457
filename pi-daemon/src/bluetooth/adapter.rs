//! Finding an adapter, switching it on, and noticing that it is gone.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bluer::{Adapter, ErrorKind, InternalErrorKind, Session};
use tokio::time::{Instant, sleep, timeout};

use super::trouble::Trouble;
use super::{Choice, rfkill};

/// bluetoothd answers *Busy* while it switches an adapter on by itself, as after a start.
const BUSY_FOR: Duration = Duration::from_secs(5);
const BUSY_AGAIN: Duration = Duration::from_millis(100);
/// How long bluetoothd may take for what this program asks of it.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take where a person waits for the answer.
const SOON: Duration = Duration::from_secs(5);

/// An adapter that is switched on, and that bonds with nobody: no phone ever shows a pairing dialog.
pub(super) async fn find(choice: &Choice) -> Result<Adapter, Trouble> {
    in_time(async {
        let adapter = chosen(choice).await?;
        switch_on(&adapter).await?;
        adapter.set_pairable(false).await?;
        Ok(adapter)
    })
    .await
}

/// The name of the adapter that would be used, if nothing keeps it from that. It is not touched.
pub(super) async fn look(choice: &Choice) -> Result<String, Trouble> {
    within(SOON, async {
        let adapter = chosen(choice).await?;
        match rfkill::of(adapter.name()) {
            Some(off) if !adapter.is_powered().await? => Err(off),
            _ => Ok(adapter.name().to_owned()),
        }
    })
    .await
}

/// Limits what is asked of bluetoothd.
pub(super) async fn in_time<T>(
    asked: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    within(PATIENCE, asked).await
}

async fn within<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    timeout(patience, asked)
        .await
        .unwrap_or_else(|_| Err(unanswered(Path::new(rfkill::ADAPTERS), patience)))
}

/// Why nobody answered. Where there is no adapter systemd does not even start bluetoothd, and the bus waits for it.
fn unanswered(adapters: &Path, patience: Duration) -> Trouble {
    let is_any = fs::read_dir(adapters).is_ok_and(|mut adapters| adapters.next().is_some());
    match is_any {
        true => Trouble::Silent(patience.as_secs()),
        false => rfkill::of_any().unwrap_or(Trouble::NoAdapter),
    }
}

/// Whether what was registered there still is: a bluetoothd that was restarted knows nothing of it.
pub(super) async fn still_serves(adapter: &Adapter) -> Result<(), Trouble> {
    in_time(async {
        if !adapter.is_powered().await? {
            return Err(rfkill::of(adapter.name()).unwrap_or(Trouble::Gone));
        }
        match adapter.active_advertising_instances().await? {
            0 => Err(Trouble::Gone),
            _ => Ok(()),
        }
    })
    .await
}

async fn chosen(choice: &Choice) -> Result<Adapter, Trouble> {
    let session = Session::new()
        .await
        .map_err(|error| Trouble::NoBus(error.message))?;
    let mut names = session.adapter_names().await?;
    names.sort();
    let name = named(choice, names)?;
    Ok(session.adapter(&name)?)
}

fn named(choice: &Choice, there: Vec<String>) -> Result<String, Trouble> {
    let missing = || rfkill::of_any().unwrap_or(Trouble::NoAdapter);
    match choice {
        Choice::Named(name) if there.contains(name) => Ok(name.clone()),
        Choice::Named(name) if !there.is_empty() => Err(Trouble::NotThisAdapter {
            name: name.clone(),
            there,
        }),
        _ => there.into_iter().next().ok_or_else(missing),
    }
}

async fn switch_on(adapter: &Adapter) -> Result<(), Trouble> {
    let began = Instant::now();
    loop {
        match adapter.set_powered(true).await {
            Ok(()) => return Ok(()),
            Err(error) if is_busy(&error) && began.elapsed() < BUSY_FOR => {
                sleep(BUSY_AGAIN).await;
            }
            Err(error) => return Err(rfkill::of(adapter.name()).unwrap_or_else(|| error.into())),
        }
    }
}

fn is_busy(error: &bluer::Error) -> bool {
    match &error.kind {
        ErrorKind::InProgress | ErrorKind::NotReady => true,
        ErrorKind::Internal(InternalErrorKind::DBus(name)) => name == "org.bluez.Error.Busy",
        _ => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn there(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn where_there_is_no_adapter_nobody_is_said_to_be_silent() {
        let place = tempfile::tempdir().unwrap();
        let adapters = place.path().join("bluetooth");
        let is_silent = || matches!(unanswered(&adapters, SOON), Trouble::Silent(5));
        assert!(!is_silent());
        fs::create_dir(&adapters).unwrap();
        assert!(!is_silent());
        fs::create_dir(adapters.join("hci0")).unwrap();
        assert!(is_silent());
    }

    #[test]
    fn the_adapter_that_was_named_is_used_and_no_other() {
        let hci1 = "hci1".parse().unwrap();
        assert_eq!(
            named(&Choice::Auto, there(&["hci0", "hci1"])).unwrap(),
            "hci0"
        );
        assert_eq!(named(&hci1, there(&["hci0", "hci1"])).unwrap(), "hci1");
        let refused = named(&hci1, there(&["hci0", "hci2"]))
            .unwrap_err()
            .to_string();
        assert!(
            refused.starts_with("there is no Bluetooth adapter hci1, only hci0, hci2"),
            "{refused}"
        );
        for choice in [&Choice::Auto, &hci1] {
            assert!(named(choice, Vec::new()).is_err());
        }
    }
}
