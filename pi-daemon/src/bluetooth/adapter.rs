//! Finding an adapter, switching it on, and noticing that it is gone.

use std::path::Path;
use std::time::Duration;

use bluer::{Adapter, ErrorKind, InternalErrorKind, Session};
use tokio::time::{Instant, sleep, timeout};

use super::Choice;
use super::trouble::Trouble;

/// bluetoothd answers *Busy* while it switches an adapter on by itself, as after a start.
const BUSY_FOR: Duration = Duration::from_secs(5);
const BUSY_AGAIN: Duration = Duration::from_millis(100);
/// How long bluetoothd may take for what this program asks of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// An adapter that is switched on, and that bonds with nobody: no phone ever shows a pairing dialog.
pub(super) async fn find(choice: &Choice) -> Result<Adapter, Trouble> {
    in_time(async {
        let session = Session::new()
            .await
            .map_err(|error| Trouble::NoBus(error.message))?;
        let adapter = chosen(&session, choice).await?;
        switch_on(&adapter).await?;
        adapter.set_pairable(false).await?;
        Ok(adapter)
    })
    .await
}

/// Limits what is asked of bluetoothd.
pub(super) async fn in_time<T>(
    asked: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    timeout(PATIENCE, asked)
        .await
        .unwrap_or(Err(Trouble::Silent(PATIENCE.as_secs())))
}

/// Whether what was registered there still is: a bluetoothd that was restarted knows nothing of it.
pub(super) async fn still_serves(adapter: &Adapter) -> Result<(), Trouble> {
    in_time(async {
        if !adapter.is_powered().await? {
            return Err(switch().unwrap_or(Trouble::Gone));
        }
        match adapter.active_advertising_instances().await? {
            0 => Err(Trouble::Gone),
            _ => Ok(()),
        }
    })
    .await
}

async fn chosen(session: &Session, choice: &Choice) -> Result<Adapter, Trouble> {
    let mut names = session.adapter_names().await?;
    names.sort();
    let name = match choice {
        Choice::Named(name) if names.contains(name) => name,
        Choice::Named(name) if !names.is_empty() => {
            return Err(Trouble::NotThisAdapter {
                name: name.clone(),
                there: names,
            });
        }
        _ => names.first().ok_or(Trouble::NoAdapter)?,
    };
    Ok(session.adapter(name)?)
}

async fn switch_on(adapter: &Adapter) -> Result<(), Trouble> {
    let began = Instant::now();
    loop {
        match adapter.set_powered(true).await {
            Ok(()) => return Ok(()),
            Err(error) if is_busy(&error) && began.elapsed() < BUSY_FOR => {
                sleep(BUSY_AGAIN).await;
            }
            Err(error) => return Err(switch().unwrap_or_else(|| error.into())),
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

/// What rfkill (the kernel's switch for radios) says, if it keeps Bluetooth off.
fn switch() -> Option<Trouble> {
    let switches = std::fs::read_dir("/sys/class/rfkill").ok()?;
    let is_on = |switch: &Path, kind: &str| {
        let file = std::fs::read_to_string(switch.join(kind));
        file.is_ok_and(|state| state.trim() == "1")
    };
    let of_bluetooth = switches.filter_map(|entry| {
        let path = entry.ok()?.path();
        let kind = std::fs::read_to_string(path.join("type")).ok()?;
        (kind.trim() == "bluetooth").then_some(path)
    });
    for switch in of_bluetooth {
        if is_on(&switch, "hard") {
            return Some(Trouble::SwitchedOff);
        }
        if is_on(&switch, "soft") {
            return Some(Trouble::Blocked);
        }
    }
    None
}

/// bluetoothd's settings, the package's before its own.
const SETTINGS: [&str; 2] = [
    "/usr/share/pi-daemon/bluetooth.conf",
    "/etc/bluetooth/main.conf",
];
/// Without these an iPhone shows a pairing dialog; no program can ask for them.
const WANTED: [(&str, &str); 2] = [("ReverseServiceDiscovery", "false"), ("Client", "false")];

/// Which of them are to be set; nothing where bluetoothd has none at all, because it is not installed.
pub(super) fn settings_to_change() -> Option<String> {
    let (file, settings) = SETTINGS.iter().find_map(|file| {
        let settings = std::fs::read_to_string(file).ok()?;
        Some((file, settings))
    })?;
    let missing = missing_settings(&settings);
    (!missing.is_empty()).then(|| {
        format!(
            "iPhones show a pairing dialog unless {file} says {}; pi-daemon's Debian package sees to that",
            missing.join(" and ")
        )
    })
}

fn missing_settings(settings: &str) -> Vec<String> {
    let says = |name: &str, value: &str| {
        settings.lines().any(|line| {
            let said = line.split_once('=');
            said.is_some_and(|(key, said)| key.trim() == name && said.trim() == value)
        })
    };
    let missing = WANTED.iter().filter(|(name, value)| !says(name, value));
    missing
        .map(|(name, value)| format!("{name} = {value}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_is_commented_out_is_missing() {
        let own = "[General]\n#ReverseServiceDiscovery = true\n[GATT]\nClient=false\n";
        assert_eq!(missing_settings(own), ["ReverseServiceDiscovery = false"]);
        let packaged = include_str!("../../package/bluetooth.conf");
        assert!(missing_settings(packaged).is_empty());
    }
}
