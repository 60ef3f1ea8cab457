//! The program that libFuzzer drives. `FUZZ_TARGET` names the target; `cargo xtask fuzz` sets it.
#![cfg_attr(feature = "libfuzzer", no_main)]

#[cfg(feature = "libfuzzer")]
mod fuzzer {
    use fuzz::{TARGETS, Target};
    use std::sync::LazyLock;

    static TARGET: LazyLock<Option<&Target>> = LazyLock::new(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        TARGETS.iter().find(|target| target.name == name)
    });

    libfuzzer_sys::fuzz_target!(|data: &[u8]| {
        match *TARGET {
            Some(target) => (target.run)(data),
            None => std::process::exit(2),
        }
    });
}

/// Without libFuzzer: names the targets, or writes what each begins with into folders below the given one.
#[cfg(not(feature = "libfuzzer"))]
fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(std::path::PathBuf::from) else {
        for target in fuzz::TARGETS {
            println!("{}", target.name);
        }
        return Ok(());
    };
    for target in fuzz::TARGETS {
        let folder = folder.join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (number, input) in fuzz::corpus(target).iter().enumerate() {
            std::fs::write(folder.join(format!("begin-{number:03}")), input)?;
        }
    }
    Ok(())
}
