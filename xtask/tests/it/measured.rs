//! `cargo xtask sweep connections` and `cargo xtask scale`: programs built for speed, measured by a program of the interop
//! suite, which writes the document. What is in it: `interop/test_measured_documents.py`.

use crate::stage::Stage;

/// A command, its measuring program, what that needs, and what it writes.
struct Command {
    words: &'static [&'static str],
    measures: &'static str,
    builds: &'static [&'static str],
    programs: [&'static str; 2],
    writes: &'static str,
}

const COMMANDS: [Command; 2] = [
    Command {
        words: &["sweep", "connections"],
        measures: "connections.py",
        builds: &["-p testdc --bin testdc", "-p tg-client --example connections"],
        programs: ["examples/connections", "testdc"],
        writes: "connections.md",
    },
    Command {
        words: &["scale"],
        measures: "scale.py",
        builds: &["-p takeout-export -p testdc"],
        programs: ["takeout-export", "testdc"],
        writes: "scale.md",
    },
];

/// Writes down what it was asked for, and then the document.
const MEASURES: &str = "case \"$1\" in *.py) echo measured > \"$4/$(basename \"$1\" .py).md\" ;; esac";

/// A workspace whose Python is a script.
fn stage(name: &str, cargo: &str, python: &str) -> Stage {
    let stage = Stage::new(name, cargo);
    let asked = stage.path("python-asked");
    let script = format!("echo \"$(basename \"$PWD\") $*\" >> '{asked}'\n{python}");
    stage.program("target/interop-venv/bin/python", &script);
    stage.write("interop/requirements.txt", "");
    stage.write("docs/kept", "");
    stage
}

fn python_asked(stage: &Stage) -> Vec<String> {
    stage.read("python-asked").unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn programs_are_built_for_speed_and_named_to_who_measures_them() {
    for command in COMMANDS {
        let stage = stage(&format!("measured-{}", command.measures), "", MEASURES);
        let (is_well, said) = stage.xtask(command.words);
        assert!(is_well, "{said}");
        let builds = command.builds.iter().map(|what| format!("build --release --locked {what}"));
        assert_eq!(stage.asked(), builds.collect::<Vec<_>>());
        let asked = python_asked(&stage);
        let [installs, measures] = asked.as_slice() else { panic!("{asked:?}") };
        let requirements = stage.path("interop/requirements.txt");
        assert!(installs.ends_with(&format!("-m pip install --quiet -r {requirements}")), "{installs}");
        let programs = command.programs.map(|program| stage.path(&format!("target/release/{program}")));
        let (measuring, docs) = (command.measures, stage.path("docs"));
        assert_eq!(*measures, format!("interop {measuring} {} {docs}", programs.join(" ")));
        assert_eq!(stage.read(&format!("docs/{}", command.writes)).as_deref(), Some("measured\n"));
    }
}

#[test]
fn a_measurement_that_fails_fails_the_command() {
    let fails = "case \"$1\" in *.py) echo 'the peak memory is above' >&2; exit 1 ;; esac";
    for command in COMMANDS {
        let stage = stage(&format!("unmeasured-{}", command.measures), "", fails);
        let (is_well, said) = stage.xtask(command.words);
        assert!(!is_well && said.contains("the peak memory is above"), "{said}");
        assert!(said.contains(command.measures) && said.contains("ended with exit status: 1"), "{said}");
    }
}

#[test]
fn nothing_is_measured_that_was_not_built() {
    for command in COMMANDS {
        let stage = stage(&format!("unbuilt-{}", command.measures), "exit 101", MEASURES);
        let (is_well, said) = stage.xtask(command.words);
        assert!(!is_well && said.contains("ended with exit status: 101"), "{said}");
        assert_eq!((stage.asked().len(), python_asked(&stage).len()), (1, 1), "only what Python needs");
        assert_eq!(stage.read(&format!("docs/{}", command.writes)), None);
    }
}

#[test]
fn nothing_is_built_that_cannot_be_measured() {
    for command in COMMANDS {
        let stage = stage(&format!("unprepared-{}", command.measures), "", "exit 1");
        let (is_well, said) = stage.xtask(command.words);
        assert!(!is_well && said.contains("requirements.txt cannot be installed"), "{said}");
        assert!(stage.asked().is_empty());
    }
}

#[test]
fn an_environment_is_made_where_there_is_none() {
    for (makes, is_made) in
        [("mkdir -p \"$3/bin\" && cp \"$0.made\" \"$3/bin/python\"", true), ("exit 1", false)]
    {
        let stage = Stage::new(&format!("environment-{is_made}"), "");
        stage.program("bin/python3", &format!("echo \"$*\" > '{}'\n{makes}", stage.path("python-asked")));
        stage.program("bin/python3.made", "");
        stage.write("interop/requirements.txt", "");
        let (is_well, said) = stage.xtask(&["scale"]);
        assert_eq!((is_well, !stage.asked().is_empty()), (is_made, is_made), "{said}");
        assert_eq!(python_asked(&stage), [format!("-m venv {}", stage.path("target/interop-venv"))]);
        assert_eq!(said.contains("python3 with its venv module is needed"), !is_made, "{said}");
    }
}
