//! The story: readings reach two services, one consent ends, and what happens then.

use super::Options;
use super::account::{Account, Delivered, Summary};
use super::{folder, window};
use anyhow::{Context, bail, ensure};
use programs::{Built, House, number, text};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// A consent that was given.
pub(crate) struct Given {
    /// The consent's id, the same at My Home and in the service's API.
    pub(crate) id: String,
    /// The page on which its person sees the data.
    pub(crate) page: String,
}

/// From nothing to the first readings at the first service.
pub(crate) fn begin(
    built: Built,
    options: &Options,
    account: &mut Account,
) -> anyhow::Result<(House, Given)> {
    let mut house = account.step("The Tangle starts", || {
        let house = House::start(built, &folder::emptied(options)?)?;
        let seen = format!("one process, one file, at {}", house.node.url);
        Ok((house, seen))
    })?;
    pair(&mut house, options, account)?;
    account.step("Wattt Insights starts", || {
        start_service(&mut house, "Wattt Insights", 8080)
    })?;
    let given = ask_and_grant(&mut house, 0, account)?;
    readings_arrive(&mut house, 0, &given, 1, account)?;
    Ok((house, given))
}

/// The rest of the story, checked step by step.
pub(crate) fn finish(
    house: &mut House,
    first: &Given,
    options: &Options,
    account: &mut Account,
) -> anyhow::Result<Summary> {
    refuse_an_altered_link(house, account)?;
    account.step("A second service starts", || {
        start_service(house, "Netwerk Noord", 8081)
    })?;
    let second = ask_and_grant(house, 1, account)?;
    readings_arrive(house, 1, &second, 2 * u64::from(options.live_slot), account)?;
    let hoard = keep_everything(house, first, account)?;
    let (ended_at, revocation_ms) = withdraw(house, first, account)?;
    the_service_says_so(house, first, account)?;
    the_second_goes_on(house, &second, ended_at, options, account)?;
    let revoked = count(house, 0, first)?;
    let readable = the_hoard_opens_nothing(house, &hoard, ended_at, account)?;
    erase(house, first, account)?;
    the_log_is_whole(house, account)?;
    let chart = draw(house, &second, account)?;
    Ok(Summary {
        readings_published: published(house)?,
        readings_delivered: Delivered {
            kept: count(house, 1, &second)?,
            revoked,
        },
        readable_after_revocation: readable,
        revocation_ms,
        chart,
        ..Summary::default()
    })
}

fn pair(house: &mut House, options: &Options, account: &mut Account) -> anyhow::Result<()> {
    let code = account.step("The Pi is set up", || {
        let code = house.pi.set_up()?;
        Ok((code, "it has an identity and a pairing code".to_owned()))
    })?;
    account.step("The Pi reads the meter", || {
        let tangle = house.node.url.clone();
        house
            .pi
            .start(&folder::meter(options)?, &tangle, options.live_slot)?;
        let meter = house.wait_for(30, "a telegram", |house| {
            let status = house.pi.status()?;
            Ok(number(&status, "/meter/telegrams")
                .filter(|&n| n > 0)
                .map(|_| text(&status, "/meter/state")))
        })?;
        Ok(((), meter))
    })?;
    account.step("My Home is made: twenty-four words", || {
        let made = house.home.ask(&["init"])?;
        let words = text(&made, "/words").split_whitespace().count();
        ensure!(words == 24, "{words} words instead of 24");
        Ok(((), "kept in an encrypted file, as on a server".to_owned()))
    })?;
    account.step("My Home pairs with the Pi", || {
        let paired = house.home.ask(&["pair", &code])?;
        Ok(((), format!("device {:.8}", text(&paired, "/device"))))
    })
}

fn start_service(house: &mut House, name: &'static str, port: u16) -> anyhow::Result<((), String)> {
    let service = house.open_service(name, port)?;
    Ok(((), format!("{name} at {}", service.url)))
}

fn ask_and_grant(house: &mut House, n: usize, account: &mut Account) -> anyhow::Result<Given> {
    let name = house.service(n)?.name;
    let request = account.step(&format!("{name} asks"), || {
        // A service that has just started may not have reached the Tangle yet.
        let request = house.wait_for(30, "the service to ask", |house| {
            house.service(n)?.request().map(Some)
        })?;
        let seen = format!("a link of {} characters", text(&request, "/link").len());
        Ok((request, seen))
    })?;
    account.step("The person reads the request and says yes", || {
        let opened = house.home.ask(&["open", &text(&request, "/link")])?;
        let given = house.home.ask(&["grant", &text(&opened, "/id")])?;
        let seen = format!(
            "{} may see {}, to {}",
            text(&opened, "/request/provider/name"),
            lanes(&given),
            text(&opened, "/request/purpose/text/en")
        );
        let given = Given {
            id: text(&given, "/id"),
            page: text(&request, "/page"),
        };
        Ok((given, seen))
    })
}

fn readings_arrive(
    house: &mut House,
    n: usize,
    given: &Given,
    at_least: u64,
    account: &mut Account,
) -> anyhow::Result<()> {
    let name = house.service(n)?.name;
    account.step(&format!("Readings arrive at {name}"), || {
        let readings = house.wait_for(120, "readings", |house| {
            Ok(Some(count(house, n, given)?).filter(|&n| n >= at_least))
        })?;
        Ok(((), format!("{readings} readings")))
    })
}

/// One character of the secret is changed: nothing may open.
fn refuse_an_altered_link(house: &House, account: &mut Account) -> anyhow::Result<()> {
    account.step("An altered link is refused", || {
        let link = text(&house.service(0)?.request()?, "/link");
        let (head, last) = link.split_at(link.len().saturating_sub(6));
        let altered: String = last.chars().rev().collect();
        ensure!(altered != last, "the link reads the same backwards");
        match house.home.ask(&["open", &format!("{head}{altered}")]) {
            Ok(opened) => bail!("it opened: {opened}"),
            Err(refusal) => Ok(((), refusal.to_string())),
        }
    })
}

/// A service that plays false keeps all it ever held: its whole data folder, before it is told to stop.
///
/// Another slot goes by before the end, so that the hoarded keys are seen to open what they may.
fn keep_everything(
    house: &mut House,
    given: &Given,
    account: &mut Account,
) -> anyhow::Result<std::path::PathBuf> {
    account.step("The first service hoards its keys in secret", || {
        let hoard = house.folder.join("hoard");
        copy_folder(&house.service(0)?.data, &hoard)?;
        let before = count(house, 0, given)?;
        house.wait_for(120, "one more slot", |house| {
            Ok((count(house, 0, given)? > before).then_some(()))
        })?;
        Ok((hoard, "a copy of everything it holds".to_owned()))
    })
}

/// *Stop*: gives the moment after which nothing can be opened, and how long the proof took.
fn withdraw(house: &House, given: &Given, account: &mut Account) -> anyhow::Result<(u64, u128)> {
    account.step("The person stops it", || {
        let start = Instant::now();
        let proof = house.home.ask(&["revoke", &given.id])?;
        let took = start.elapsed().as_millis();
        let ended_at = number(&proof, "/last_readable")
            .with_context(|| format!("no proof of when access ended in {proof}"))?;
        let seen = format!("the Pi's proof came after {:.1} s", took as f64 / 1000.0);
        Ok(((ended_at, took), seen))
    })
}

fn the_service_says_so(
    house: &mut House,
    given: &Given,
    account: &mut Account,
) -> anyhow::Result<()> {
    account.step("The service shows that consent was withdrawn", || {
        house.wait_for(30, "the service to notice", |house| {
            let consent = house.service(0)?.consent(&given.id)?;
            Ok((text(&consent, "/state") == "revoked").then_some(()))
        })?;
        Ok(((), "state: revoked".to_owned()))
    })
}

/// Three slots after the end, so that a revoked reader would have had the time to read on.
fn the_second_goes_on(
    house: &mut House,
    given: &Given,
    ended_at: u64,
    options: &Options,
    account: &mut Account,
) -> anyhow::Result<()> {
    account.step("The second service goes on receiving", || {
        let later = ended_at + 3 * u64::from(options.live_slot);
        let wait = 60 + 6 * u64::from(options.live_slot);
        let after = house.wait_for(wait, "readings after the rotation", |house| {
            let readings = house.service(1)?.readings(&given.id)?;
            Ok(times(&readings)
                .any(|at| at + 2 >= later)
                .then(|| times(&readings).filter(|&at| at >= ended_at).count()))
        })?;
        Ok(((), format!("{after} readings after the keys changed")))
    })
}

fn the_hoard_opens_nothing(
    house: &House,
    hoard: &Path,
    ended_at: u64,
    account: &mut Account,
) -> anyhow::Result<u64> {
    account.step("The hoarded keys open nothing new", || {
        let output = Command::new(house.built.program("hoarder")?)
            .arg(hoard)
            .args(["--tangle", &house.node.url])
            .args(["--after", &ended_at.to_string()])
            .output()
            .context("the hoarder could not be started")?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let found: Value = serde_json::from_slice(&output.stdout)?;
        let before = number(&found, "/opened_before").unwrap_or_default();
        let after = number(&found, "/opened_after").context("the hoarder counted nothing")?;
        ensure!(
            before > 0,
            "the hoarder opened nothing at all: it proves nothing"
        );
        ensure!(after == 0, "{after} readings were opened after the end");
        let seen = format!("{before} readings up to the last readable slot, 0 after it");
        Ok((after, seen))
    })
}

fn erase(house: &mut House, given: &Given, account: &mut Account) -> anyhow::Result<()> {
    account.step("The service erases what it had", || {
        house.home.ask(&["ask-erasure", &given.id])?;
        house.wait_for(30, "the service to erase", |house| {
            let consent = house.service(0)?.consent(&given.id)?;
            Ok((text(&consent, "/state") == "erased").then_some(()))
        })?;
        Ok(((), "readings and keys are gone".to_owned()))
    })
}

fn the_log_is_whole(house: &House, account: &mut Account) -> anyhow::Result<()> {
    account.step("The activity log is whole", || {
        let activity = house.home.ask(&["activity"])?;
        let whole = activity.pointer("/whole").and_then(Value::as_bool);
        ensure!(whole == Some(true), "the log says {activity}");
        let entries = activity.pointer("/activity").and_then(Value::as_array);
        let entries = entries.map(Vec::len).unwrap_or_default();
        Ok(((), format!("{entries} entries, nothing missing or changed")))
    })
}

fn draw(house: &House, given: &Given, account: &mut Account) -> anyhow::Result<String> {
    account.step("The second service draws the usage", || {
        let consent = house.service(1)?.consent(&given.id)?;
        let first = number(&consent, "/first_reading_at").context("there are no readings")?;
        let last = number(&consent, "/last_reading_at").unwrap_or(first);
        let picture = house.service(1)?.chart(&given.id, first, last + 1)?;
        ensure!(picture.starts_with(b"\x89PNG\r\n"), "that is no PNG");
        let path = house.folder.join("chart.png");
        std::fs::write(&path, &picture)?;
        let path = path.display().to_string();
        Ok((path.clone(), path))
    })
}

fn published(house: &House) -> anyhow::Result<u64> {
    let status = house.pi.status()?;
    number(&status, "/readings_published")
        .with_context(|| format!("pi-daemon's status has no count of readings: {status}"))
}

fn count(house: &House, n: usize, given: &Given) -> anyhow::Result<u64> {
    let consent = house.service(n)?.consent(&given.id)?;
    Ok(number(&consent, "/readings").unwrap_or_default())
}

/// The device times of readings, in unix seconds.
fn times(readings: &Value) -> impl Iterator<Item = u64> {
    let list = readings.pointer("/readings").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|reading| number(reading, "/at"))
}

/// The lanes of an agreement, as a list in one line.
fn lanes(given: &Value) -> String {
    let lanes = given.pointer("/agreement/lanes").and_then(Value::as_array);
    let names: Vec<&str> = lanes
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    names.join(" and ")
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status()?;
    ensure!(status.success(), "cannot copy {}", from.display());
    Ok(())
}

/// Keeps everything running until the person ends it, the window of this program among it.
pub(crate) fn stay_open(
    mut house: House,
    given: &Given,
    window: Option<&Path>,
) -> anyhow::Result<()> {
    // It is closed when the demonstration ends; who closes it before goes on without.
    let _window = window
        .map(|program| window::open(program, &house))
        .transpose()?;
    let home = house.home.script().display();
    let service = house.service(0)?;
    println!("\n{} asks on its page: {}", service.name, service.url);
    println!(
        "What it shows of the consent that was given: {}",
        given.page
    );
    println!("\nMy Home, in another terminal:");
    println!("  {home} consents             who sees what, until when");
    println!("  {home} revoke {}   stops it", given.id);
    println!("  {home} activity             everything that happened");
    println!("\nCtrl-C ends the demonstration.");
    loop {
        std::thread::sleep(Duration::from_secs(1));
        house.all_well()?;
    }
}
