//! What would be published: `cargo package` for every library.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::interop::target_dir;
use crate::step::{Outcome, cargo, run};

/// The libraries, each behind those that it needs: the order of publishing.
pub const LIBRARIES: &[&str] =
    &["tl-codec", "tl-schema", "tl-api", "mtproto", "tl-dynamic", "contacts", "tg-client"];

/// Packs every library, as crates.io would get it; on wish each is compiled from its package, which takes minutes and tells
/// whether a file is missing there.
pub fn package_all(root: &Path, is_compiled: bool) -> Outcome {
    let packed = run(package(root).arg("--no-verify"));
    match packed {
        Outcome::Passed if is_compiled => match place_to_compile(&target_dir(root)) {
            Ok(place) => run(package(root).arg("--target-dir").arg(place)),
            Err(error) => Outcome::Failed(error.to_string()),
        },
        other => other,
    }
}

fn package(root: &Path) -> Command {
    let mut package = cargo();
    package.current_dir(root).args(["package", "--allow-dirty", "--locked", "--quiet"]);
    for library in LIBRARIES {
        package.args(["-p", library]);
    }
    package
}

/// Where what was just packed is compiled. Cargo takes a package of the same name and version in the same place for the one
/// that it has seen there, so what is packed otherwise goes to another place, and the one before is cleared away.
fn place_to_compile(target: &Path) -> io::Result<PathBuf> {
    let mut packages: Vec<_> =
        fs::read_dir(target.join("package"))?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    packages.retain(|path| path.extension().is_some_and(|extension| extension == "crate"));
    packages.sort();
    let mut digest = Sha256::new();
    for package in &packages {
        digest.update(fs::read(package)?);
    }
    let places = target.join("packages");
    let place = places.join(hex::encode(digest.finalize().as_slice().get(..8).unwrap_or_default()));
    if !place.exists() && places.exists() {
        fs::remove_dir_all(places)?;
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn manifest(name: &str) -> toml::Table {
        let path = crate::root().join("crates").join(name).join("Cargo.toml");
        fs::read_to_string(path).unwrap().parse().unwrap()
    }

    fn is_published(manifest: &toml::Table) -> bool {
        manifest["package"].get("publish").and_then(toml::Value::as_bool) != Some(false)
    }

    #[test]
    fn no_library_is_forgotten() {
        let folders = fs::read_dir(crate::root().join("crates")).unwrap();
        let names = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let libraries: BTreeSet<_> = names.filter(|name| is_published(&manifest(name))).collect();
        let listed: BTreeSet<_> = LIBRARIES.iter().copied().map(str::to_owned).collect();
        assert_eq!(libraries, listed);
    }

    #[test]
    fn each_says_what_crates_io_shows() {
        for library in LIBRARIES {
            let package = &manifest(library)["package"];
            for field in ["description", "readme", "keywords", "categories", "include"] {
                assert!(package.get(field).is_some(), "{library} has no {field}");
            }
            for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
                let path = crate::root().join("crates").join(library).join(file);
                assert!(fs::read_to_string(&path).is_ok_and(|text| text.len() > 100), "{}", path.display());
            }
        }
    }

    #[test]
    fn what_is_packed_otherwise_is_compiled_in_another_place() {
        let target = std::env::temp_dir().join(format!("package-{}", std::process::id()));
        fs::create_dir_all(target.join("package/one-0.1.0")).unwrap();
        let pack = |text: &str| fs::write(target.join("package/one-0.1.0.crate"), text).unwrap();
        pack("this");
        let first = place_to_compile(&target).unwrap();
        fs::create_dir_all(&first).unwrap();
        assert_eq!(place_to_compile(&target).unwrap(), first);
        assert!(first.exists());
        pack("that");
        let second = place_to_compile(&target).unwrap();
        assert!(second != first && !first.exists(), "the place before is cleared away");
        fs::remove_dir_all(target).unwrap();
    }

    /// What a library needs stands before it.
    #[test]
    fn the_order_is_that_of_publishing() {
        for (at, library) in LIBRARIES.iter().enumerate() {
            let manifest = manifest(library);
            let needed = manifest["dependencies"].as_table().unwrap().keys();
            let own = needed.filter(|name| crate::root().join("crates").join(name).exists());
            for name in own {
                assert!(LIBRARIES[..at].contains(&name.as_str()), "{library} needs {name}");
            }
        }
    }
}
