//! What would be published: `cargo package` for every library.

use std::path::Path;

use crate::step::{Outcome, cargo, run};

/// The libraries, each behind those that it needs: the order of publishing.
pub const LIBRARIES: &[&str] =
    &["tl-codec", "tl-schema", "tl-api", "mtproto", "tl-dynamic", "contacts", "tg-client"];

/// Packs every library, as crates.io would get it; on wish each is compiled from its package, which takes minutes and tells
/// whether a file is missing there.
pub fn package_all(root: &Path, is_compiled: bool) -> Outcome {
    let mut package = cargo();
    package.current_dir(root).args(["package", "--allow-dirty", "--locked", "--quiet"]);
    if !is_compiled {
        package.arg("--no-verify");
    }
    for library in LIBRARIES {
        package.args(["-p", library]);
    }
    run(&mut package)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

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
