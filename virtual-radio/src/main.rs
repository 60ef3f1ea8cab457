//! Tells stories of pairing over Bluetooth LE, as root inside a virtual machine: `cargo xtask test-ble` makes the machine, and
//! starts nothing else in it but virtual controllers and a message bus.
//!
//! Each story has a Raspberry Pi of its own (`hci0`, the user `pi`), a phone with My Home (`hci1`, the user `phone`), and a
//! stranger (`hci2`). The last line is `VERDICT told failed`.

mod house;
mod network;
mod program;
mod repeated;
mod stack;
mod stories;
mod stranger;
mod wifi;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use tokio::time::timeout;

/// No story may take longer, on a computer that does much else.
const LIMIT: Duration = Duration::from_secs(480);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let only = std::fs::read_to_string("/etc/only").unwrap_or_default();
    let (mut told, mut failed) = (0, 0);
    for (name, story) in stories::ALL {
        if !name.contains(only.trim()) {
            continue;
        }
        let start = Instant::now();
        let ended = timeout(LIMIT, story()).await;
        let seconds = start.elapsed().as_secs_f64();
        told += 1;
        match ended {
            Ok(Ok(said)) => println!("ok      {seconds:5.1} s  {name}{said}"),
            Ok(Err(error)) => {
                failed += 1;
                println!("FAILED  {seconds:5.1} s  {name}: {error:#}");
                program::last_words();
            }
            Err(_) => {
                failed += 1;
                println!("FAILED  {seconds:5.1} s  {name}: it took too long");
                program::last_words();
            }
        }
    }
    println!("VERDICT {told} {failed}");
    if failed == 0 && told > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
