//! `fuzz-checks TARGET FOLDER`: writes the seeds of a fuzz target, a file each.

#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("fuzz-checks TARGET FOLDER".into());
    };
    let target = fuzz_checks::target(&name).ok_or_else(|| format!("no target {name}"))?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for (number, seed) in (target.seeds)().iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number:04}")), seed)?;
    }
    Ok(())
}
