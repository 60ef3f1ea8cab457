//! How small a minute becomes, and what that costs.

use readings::{Batch, Kind, codec};

use crate::figure::Figure;
use crate::household::{MINUTE, Telegrams};
use crate::timing::median;

const RUNS: usize = 500;
/// What of a block is body (`docs/protocol.md` section 3.2).
const BODY: f64 = 1_540.0;

pub(crate) fn measure(telegrams: &Telegrams) -> anyhow::Result<Vec<Figure>> {
    let batches: Vec<Batch> = telegrams
        .readings()?
        .into_iter()
        .map(Batch::Readings)
        .collect();
    let raw = (telegrams.bytes_each() * MINUTE) as f64;
    let mut figures = Vec::new();
    for kind in Kind::ALL {
        let mut longest = 0;
        for batch in &batches {
            longest = longest.max(codec::encode(kind, batch)?.len());
        }
        figures.push(
            Figure::new(
                format!("body_{}_bytes", kind.name().replace('-', "_")),
                format!("60 readings of {kind} take, at most,"),
                longest as f64,
                "bytes",
            )
            .beside("the telegrams take", raw)
            .at_most(BODY),
        );
    }
    let each = |run: usize| {
        batches
            .get(run % batches.len())
            .ok_or_else(|| anyhow::anyhow!("no readings"))
    };
    let encoded = median(RUNS, |run| Ok(codec::encode(Kind::Phases, each(run)?)?))?;
    let bodies = batches
        .iter()
        .map(|batch| codec::encode(Kind::Phases, batch))
        .collect::<Result<Vec<_>, _>>()?;
    let decoded = median(RUNS, |run| {
        let body = bodies.get(run % bodies.len()).map(Vec::as_slice);
        Ok(codec::decode(body.unwrap_or_default())?)
    })?;
    figures.push(
        Figure::microseconds(
            "encode_us",
            "Packing 60 readings of the widest kind, phases, takes",
            encoded,
        )
        .at_most(2_000.0),
    );
    figures.push(Figure::microseconds(
        "decode_us",
        "Unpacking them takes",
        decoded,
    ));
    Ok(figures)
}
