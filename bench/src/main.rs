//! Figures beside what they are compared with: `cargo xtask bench [SECTION…] [--json]`.
//!
//! Times are medians of processor time of one core unless a sentence says otherwise, so that a busy machine does not
//! change them much. What is measured is the code that the programs run; the network, proof of work and the disk are in
//! the section `path`, which runs the programs themselves.

#![forbid(unsafe_code)]

mod figure;
mod household;
mod random;
mod section;
mod timing;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use figure::Figure;
use household::Telegrams;
use section::Section;
use serde::Serialize;

/// Prints figures beside what they are compared with.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Options {
    /// What to measure; everything, if nothing is named.
    sections: Vec<Section>,
    /// Prints all figures as one JSON object, as the last line.
    #[arg(long)]
    json: bool,
    /// Telegrams of a real meter, one a second, instead of a simulated household's.
    #[arg(long, value_name = "FILE")]
    telegrams: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}.");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> anyhow::Result<()> {
    let telegrams = match &options.telegrams {
        Some(file) => Telegrams::from_file(file)?,
        None => Telegrams::simulated()?,
    };
    println!("Measured with {telegrams}.");
    let figures = measure(&options.sections(), &telegrams)?;
    if options.json {
        println!("{}", serde_json::to_string(&Summary { figures: &figures })?);
    }
    Ok(())
}

/// The last line with `--json`.
#[derive(Serialize)]
struct Summary<'a> {
    figures: &'a [Figure],
}

impl Options {
    fn sections(&self) -> Vec<Section> {
        let named = |section: &Section| self.sections.is_empty() || self.sections.contains(section);
        Section::ALL.into_iter().filter(named).collect()
    }
}

fn measure(sections: &[Section], telegrams: &Telegrams) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for section in sections {
        println!("\n{}", section.title());
        for figure in section.measure(telegrams)? {
            println!("  {figure}");
            figures.push(figure);
        }
    }
    Ok(figures)
}
