//! The worker that finds nonces, off the async threads.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{curl::Batch, digest, required_zeros};
use crate::TangleError;

/// Words per bit plane: two fill a 128-bit vector register and keep the state within a core's first-level cache.
type Nonces = Batch<2>;

/// Finds nonces, one block at a time, on some cores.
pub struct Miner {
    threads: NonZeroUsize,
    turn: Arc<Semaphore>,
    /// Hashes per second of one core, once somebody asked.
    rate: OnceLock<f64>,
}

/// The right to have one block in work; the next one waits until this is dropped and its work has stopped.
pub struct Turn {
    threads: NonZeroUsize,
    permit: Arc<OwnedSemaphorePermit>,
}

impl Miner {
    /// A worker on this many cores.
    pub fn new(threads: NonZeroUsize) -> Self {
        Self {
            threads,
            turn: Arc::new(Semaphore::new(1)),
            rate: OnceLock::new(),
        }
    }

    /// A worker on all cores of this machine.
    pub fn on_all_cores() -> Self {
        Self::new(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }

    /// How long the proof of work of a block of `length` bytes takes on average, judged by a few milliseconds of it.
    pub fn expected(&self, length: usize, min_score: u32) -> Duration {
        let hashes = 3f64.powi(
            required_zeros(length, min_score)
                .try_into()
                .unwrap_or(i32::MAX),
        );
        let rate = *self.rate.get_or_init(hashes_per_second) * self.threads.get() as f64;
        Duration::try_from_secs_f64(hashes / rate).unwrap_or(Duration::MAX)
    }

    /// Waits until no other block is in work, first come first served.
    ///
    /// # Errors
    /// [`TangleError::MiningCancelled`] when the worker is gone.
    pub async fn turn(&self) -> Result<Turn, TangleError> {
        let permit = self
            .turn
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| cancelled("the worker is gone"))?;
        Ok(Turn {
            threads: self.threads,
            permit: Arc::new(permit),
        })
    }

    /// A turn if one is free now: for a node that would rather say "busy" than let strangers queue.
    pub fn turn_now(&self) -> Option<Turn> {
        let permit = self.turn.clone().try_acquire_owned().ok()?;
        Some(Turn {
            threads: self.threads,
            permit: Arc::new(permit),
        })
    }
}

impl Default for Miner {
    fn default() -> Self {
        Self::on_all_cores()
    }
}

impl Turn {
    /// The nonce with which `head` (a block without its last eight bytes) reaches this score.
    ///
    /// Dropping the future stops the work within a millisecond.
    ///
    /// # Errors
    /// [`TangleError::MiningCancelled`] when no thread can be started or the search ends without a nonce.
    pub async fn mine(&self, head: &[u8], min_score: u32) -> Result<u64, TangleError> {
        let zeros = required_zeros(head.len() + super::NONCE_LENGTH, min_score);
        if zeros == 0 {
            return Ok(0);
        }
        let search = Search {
            digest: digest(head),
            zeros,
            threads: self.threads,
            stop: Arc::default(),
        };
        let _stop = StopOnDrop(search.stop.clone());
        let (found, wait) = oneshot::channel();
        let permit = self.permit.clone();
        thread::Builder::new()
            .name("proof-of-work".to_owned())
            .spawn(move || {
                let nonce = search.run();
                drop(permit);
                // The one who asked may be gone.
                let _ = found.send(nonce);
            })
            .map_err(|error| cancelled(&format!("no thread can be started: {error}")))?;
        wait.await
            .ok()
            .flatten()
            .ok_or_else(|| cancelled("no nonce was found"))
    }
}

/// Of one core, in a few milliseconds. Another program that takes the core meanwhile makes it too low, never too high.
fn hashes_per_second() -> f64 {
    const LONG_ENOUGH: Duration = Duration::from_millis(10);
    let mut batch = Nonces::new(&[0; 32]);
    let (begin, mut hashes) = (Instant::now(), 0);
    while begin.elapsed() < LONG_ENOUGH {
        batch.hash(hashes);
        hashes += Nonces::LANES;
    }
    hashes as f64 / begin.elapsed().as_secs_f64()
}

fn cancelled(why: &str) -> TangleError {
    TangleError::MiningCancelled {
        why: why.to_owned(),
    }
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Search {
    digest: [u8; 32],
    zeros: u32,
    threads: NonZeroUsize,
    stop: Arc<AtomicBool>,
}

impl Search {
    /// Searches on all threads; the calling one is the first.
    fn run(&self) -> Option<u64> {
        let found = Mutex::new(None);
        thread::scope(|scope| {
            for number in 1..self.threads.get() as u64 {
                // Fewer threads than wished find it too.
                let (search, found) = (self, &found);
                let search = move || search.search_from(search.start(number), found);
                let _ = thread::Builder::new().spawn_scoped(scope, search);
            }
            self.search_from(0, &found);
        });
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, number: u64) -> u64 {
        let share = u64::MAX / self.threads.get() as u64;
        (number * share) & !(Nonces::LANES - 1)
    }

    fn search_from(&self, start: u64, found: &Mutex<Option<u64>>) {
        let mut batch = Nonces::new(&self.digest);
        let mut first = start;
        while !self.stop.load(Ordering::Relaxed) {
            batch.hash(first);
            if let Some(lane) = batch.find(self.zeros) {
                *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(first + lane);
                return self.stop.store(true, Ordering::Relaxed);
            }
            first = first.wrapping_add(Nonces::LANES);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::time::{Duration, Instant};

    use super::*;

    #[tokio::test]
    async fn a_mined_block_shows_its_score_to_the_client_library() {
        for (threads, score) in [(1, 1), (2, 40), (3, 400)] {
            let miner = Miner::new(NonZeroUsize::new(threads).unwrap());
            let mut block = vec![threads as u8; 300];
            let nonce = miner
                .turn()
                .await
                .unwrap()
                .mine(&block, score)
                .await
                .unwrap();
            block.extend(nonce.to_le_bytes());
            assert!(super::super::is_enough(&block, score));
            assert!(iota_client::pow::score::PowScorer::new().score(&block) >= f64::from(score));
        }
    }

    #[tokio::test]
    async fn no_work_is_done_where_none_is_asked() {
        assert_eq!(
            Miner::default()
                .turn()
                .await
                .unwrap()
                .mine(&[0; 4_000], 0)
                .await
                .unwrap(),
            0
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn dropping_the_future_stops_the_work_and_frees_the_turn() {
        let miner = Miner::on_all_cores();
        let impossible = async { miner.turn().await?.mine(&[1; 4_000], u32::MAX).await };
        assert!(
            tokio::time::timeout(Duration::from_millis(50), impossible)
                .await
                .is_err()
        );
        let begin = Instant::now();
        miner
            .turn()
            .await
            .unwrap()
            .mine(&[2; 100], 1)
            .await
            .unwrap();
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "the stopped work kept its turn"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_block_is_in_work_at_a_time() {
        let miner = Miner::on_all_cores();
        let turn = miner.turn().await.unwrap();
        assert!(miner.turn_now().is_none());
        drop(turn);
        assert!(miner.turn_now().is_some());
    }
}
