//! What the window takes: time to its first screen, memory, and a long activity. `cargo xtask bench app` runs this with the
//! program in release mode and prints what it says beside the goals.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wallet::{FileKeychain, Home, Surroundings, Wallet, system_clock};

use crate::first_start::ENGLISH;
use crate::house::House;
use crate::lived_in;
use crate::screen::Screen;
use crate::session::{Session, state_and_parent};

const PASSPHRASE: &str = "correct horse battery";
const EVENTS: usize = 10_000;
const STARTS: usize = 5;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "figures, not a test: cargo xtask bench app"]
async fn what_the_window_takes() {
    let house = House::start();
    let (_pi, code) = house.pi();
    let session = Session::start(&house, "en_GB.UTF-8", false);
    let screen = session.open(None).await;
    screen.first_start(&ENGLISH, PASSPHRASE).await;
    screen.add_meter(&code, "Lindelaan 14").await;
    screen.sees_power_now().await;
    screen.close().await;
    session.has_closed().await;
    fill(&session.wallet()).await;
    lived_in::since(&session.wallet(), 366);

    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let screen = session.open(None).await;
        screen.see("My Home is locked").await;
        starts.push(first_paint(&screen).await - started(&session));
        screen.close().await;
        session.has_closed().await;
    }
    starts.sort_by(f64::total_cmp);
    say("cold start to a usable screen", starts[STARTS / 2], "s");

    let screen = session.open(None).await;
    screen.fill("Passphrase", PASSPHRASE).await;
    screen.press("Open").await;
    screen.see("Lindelaan 14").await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    if let Some((own, whole)) = memory(&session) {
        say("memory with the web view", own, "MB");
        say("with its part of what others share", whole, "MB");
    } else {
        println!("memory: the window keeps it to itself; run this as the superuser to be told");
    }

    let opened = screen
        .run_async(
            "const done = arguments[0], begin = performance.now();
             location.hash = '#/activity';
             const look = () => document.querySelector('.event')
               ? requestAnimationFrame(() => done(performance.now() - begin)) : requestAnimationFrame(look);
             look();",
        )
        .await;
    say("activity of 10,000 events opened", seconds(&opened), "s");
    let scrolled = screen
        .run_async(
            "const done = arguments[0], begin = performance.now();
             let last = begin, longest = 0;
             const step = (now) => {
               longest = Math.max(longest, now - last); last = now;
               const left = document.documentElement.scrollHeight - scrollY - innerHeight;
               const events = [...document.querySelectorAll('.event')];
               if (now - begin > 20000 || (left < 2 && !document.querySelector('.more, [aria-busy=true]'))) {
                 const last = Math.min(...events.at(-1).textContent.match(/\\d+/g).map(Number));
                 return done([last, now - begin, longest, events.length]);
               }
               scrollBy(0, 1200); requestAnimationFrame(step);
             };
             requestAnimationFrame(step);",
        )
        .await;
    say(
        "events come to by scrolling",
        EVENTS as f64 - scrolled[0].as_f64().unwrap(),
        "events",
    );
    let kept = scrolled[3].as_f64().unwrap();
    say("of which the page still holds", kept, "events");
    say("scrolling took", seconds(&scrolled[1]), "s");
    say("longest frame while scrolling", seconds(&scrolled[2]), "s");
    if let Some((own, _)) = memory(&session) {
        say("memory after scrolling", own, "MB");
    }
    say(
        "a year with a price for each hour",
        a_year(&screen).await,
        "s",
    );
    screen.close().await;
}

/// How long the wallet takes to tell what a year cost, of which every quarter of an hour has a price of its own.
async fn a_year(screen: &Screen) -> f64 {
    let begin = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let hours = (0..366 * 24).rev().map(|ago| begin.as_secs() / 3_600 - ago);
    let rows = hours.map(|hour| {
        let at = jiff::Timestamp::from_second((hour * 3_600).cast_signed()).unwrap();
        format!("{at};0,25\n")
    });
    let file = json!(format!("start;EUR/kWh\n{}", rows.collect::<String>()));
    let took = screen
        .run_async(&format!(
            "const [done] = arguments, ask = window.__TAURI_INTERNALS__.invoke;
             const prices = {{ kind: 'hourly', on_top: 1500, tax: 210, feed_in: 0, gas: null }};
             const year = async () => {{
               await ask('take_prices', {{ file: {file}, unit: null }});
               await ask('choose_prices', {{ prices }});
               const meter = (await ask('home')).meters[0].id;
               const begin = performance.now();
               const said = await ask('meter', {{ meter, period: 'year', day: null }});
               return [performance.now() - begin, said.costs.told.priced];
             }};
             year().then(done, (error) => done(String(JSON.stringify(error))));"
        ))
        .await;
    println!("priced quarters of an hour: {}", took[1]);
    seconds(&took[0])
}

fn say(name: &str, value: f64, unit: &str) {
    println!("figure: {name}: {value:.3} {unit}");
}

fn seconds(milliseconds: &Value) -> f64 {
    milliseconds.as_f64().unwrap() / 1000.0
}

/// Ten thousand decisions, written as any other is; only that the node which takes them is in memory.
async fn fill(directory: &Path) {
    let home = Home::open(directory).unwrap();
    let keychain = FileKeychain::new(home.seed_file(), PASSPHRASE.to_owned().into());
    let surroundings = Surroundings {
        home,
        tangle: Some(Arc::new(tangle::InMemory::new())),
        clock: system_clock(),
    };
    let wallet = Wallet::open(surroundings, &keychain).unwrap();
    let device = wallet.devices()[0].id;
    for number in wallet.activity().len()..EVENTS {
        let name = if number + 1 == EVENTS {
            "Lindelaan 14".to_owned()
        } else {
            format!("Lindelaan {number}")
        };
        wallet.rename_device(device, name).await.unwrap();
    }
    assert_eq!(wallet.activity().len(), EVENTS);
}

/// When the first screen had its first words, in unix seconds.
async fn first_paint(screen: &Screen) -> f64 {
    let paint = "return performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now())";
    seconds(&screen.run(paint).await)
}

/// When the window's program was started, in unix seconds: its age in clock ticks from `/proc`.
fn started(session: &Session) -> f64 {
    let window = session.window();
    let stat = std::fs::read_to_string(window.join("stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    // Field 22 of the whole line; the first two are before the bracket's end.
    let ticks: f64 = fields[19].parse().unwrap();
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs_f64() - uptime + ticks / 100.0
}

/// In megabytes, what the window's program and everything that it started hold: what is theirs alone to fill (private and
/// shared memory that no file stands behind), and the same with their part of the program's and libraries' pages (PSS). The
/// window keeps its memory to itself, so only the superuser is told of it.
fn memory(session: &Session) -> Option<(f64, f64)> {
    let rollup = |number: &String| std::fs::read_to_string(format!("/proc/{number}/smaps_rollup"));
    let rollups = family(&session.window());
    let rollups: Result<Vec<String>, _> = rollups.iter().map(rollup).collect();
    let rollups = rollups.ok()?;
    let of = |name: &str| {
        let kilobytes = rollups.iter().map(|rollup| {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
            kilobytes.map_or(0.0, |text| text.trim().parse::<f64>().unwrap())
        });
        kilobytes.sum::<f64>() / 1000.0
    };
    Some((of("Pss_Anon:") + of("Pss_Shmem:"), of("Pss:")))
}

/// The numbers of a process and of all that it started.
fn family(process: &Path) -> Vec<String> {
    let own = process.file_name().unwrap().to_string_lossy().into_owned();
    let mut family = vec![own];
    let processes: Vec<_> = std::fs::read_dir("/proc").unwrap().flatten().collect();
    // Children have greater numbers than their parents, except when numbers begin anew: several rounds.
    for _ in 0..3 {
        for process in &processes {
            let number = process.file_name().to_string_lossy().into_owned();
            let parent = state_and_parent(&process.path()).map(|(_, parent)| parent);
            if parent.is_some_and(|parent| family.contains(&parent)) && !family.contains(&number) {
                family.push(number);
            }
        }
    }
    family
}
