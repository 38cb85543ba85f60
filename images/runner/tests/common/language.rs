//! The ways in which a program's process can come into being in a cell. What holds of one must hold of all.

use super::nursery::{Nursery, Setup, folder_of_the_interpreters, node, python as warm_python, warm};
use super::{bash, command, python};
use runnel_runner::wire::proto::Exec;
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// An exec of bash.
    Bash,
    /// An exec of Python.
    Python,
    /// A fork of a Python that has started already.
    WarmPython,
    /// An exec of node.
    Node,
    /// Node that has waited in its cell.
    WaitingNode,
}

impl Language {
    /// All that this machine has.
    pub fn all() -> Vec<Self> {
        let node = Path::new("/usr/bin/node").exists();
        let all = [Self::Bash, Self::Python, Self::WarmPython, Self::Node, Self::WaitingNode];
        all.into_iter().filter(|language| node || !matches!(language, Self::Node | Self::WaitingNode)).collect()
    }

    /// What it is called in OpenCell and Exec.
    pub fn interpreter(self) -> &'static str {
        match self {
            Self::Bash | Self::Python | Self::Node => "",
            Self::WarmPython => "python",
            Self::WaitingNode => "javascript",
        }
    }

    /// A nursery that has what it takes.
    pub fn nursery(self) -> Nursery {
        self.nursery_with(Setup::default())
    }

    /// The same, and more.
    pub fn nursery_with(self, setup: Setup) -> Nursery {
        let mut interpreter = match self {
            Self::Bash | Self::Python | Self::Node => return Nursery::start_with(setup),
            Self::WarmPython => warm_python(),
            Self::WaitingNode => node(),
        };
        interpreter.environment.extend(setup.variables.clone());
        let bwrap = [folder_of_the_interpreters(), setup.bwrap].concat();
        let mut nursery = Nursery::start_with(Setup { interpreters: vec![interpreter], bwrap, ..setup });
        nursery.await_warm(self.interpreter());
        nursery
    }

    /// A program that writes these files of /proc, one after the other, to its standard output.
    pub fn shows(self, paths: &[&str]) -> Exec {
        let each = |one: &dyn Fn(&str) -> String| paths.iter().map(|path| one(path)).collect::<String>();
        match self {
            // Builtins only: the files are to be the shell's own.
            Self::Bash => self
                .program(&each(&|path| format!("while IFS= read -r line; do echo \"$line\"; done <{path}\n"))),
            Self::Python | Self::WarmPython => {
                self.program(&each(&|path| format!("print(end=open({path:?}).read())\n")))
            }
            Self::Node | Self::WaitingNode => self.program(&each(&|path| {
                format!("process.stdout.write(require('fs').readFileSync({path:?}));\n")
            })),
        }
    }

    /// A program of its own language.
    pub fn program(self, source: &str) -> Exec {
        match self {
            Self::Bash => bash(source),
            Self::Python => python(source),
            Self::Node => command(&["/usr/bin/node", "-e", source]),
            Self::WarmPython => warm(self.interpreter(), &["python3", "main.py"], "main.py", source),
            Self::WaitingNode => warm(self.interpreter(), &["node", "main.js"], "main.js", source),
        }
    }

    /// A program that runs this Python script: itself where it can, as its child where not.
    pub fn attacks(self, script: &str) -> Exec {
        let script = format!("import sys; sys.stdout.reconfigure(line_buffering=True)\n{script}");
        match self {
            Self::Bash => command(&["bash", "-c", "exec /usr/bin/python3 -c \"$1\"", "bash", &script]),
            Self::Python | Self::WarmPython => self.program(&script),
            Self::Node | Self::WaitingNode => self.program(&format!(
                "const ran = require('child_process').spawnSync('/usr/bin/python3', ['-c', {script:?}], {{ stdio: 'inherit' }});
                 process.exitCode = ran.status ?? 1;"
            )),
        }
    }
}
