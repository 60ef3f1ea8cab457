//! What depends on what, as cargo resolved it. Only what links: no build scripts, no macros, no tests.

use crate::workspace::cargo;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

/// Linux, the system of the Pi.
pub(crate) const LINUX: &str = "x86_64-unknown-linux-gnu";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: HashSet<String>,
    resolve: Resolve,
}

/// A crate in one version.
#[derive(Deserialize)]
pub(crate) struct Package {
    id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    /// As an SPDX expression.
    pub(crate) license: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) manifest_path: PathBuf,
    categories: Vec<String>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// Every package of the workspace and below it.
pub(crate) struct Graph {
    packages: HashMap<String, Package>,
    members: HashSet<String>,
    links: HashMap<String, Vec<String>>,
}

impl Graph {
    /// Whether any version of a package says that it belongs to this category.
    pub(crate) fn is_filed_under(&self, name: &str, category: &str) -> bool {
        let mut versions = self
            .packages
            .values()
            .filter(|package| package.name == name);
        versions.any(|package| package.categories.iter().any(|one| one == category))
    }

    /// On this system, by the name that Rust has for it.
    pub(crate) fn of_the_workspace(system: &str) -> anyhow::Result<Self> {
        let mut command = cargo(&["metadata", "--format-version", "1", "--locked"]);
        let output = command.args(["--filter-platform", system]).output()?;
        if !output.status.success() {
            bail!(
                "cargo metadata failed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
        let packages: HashMap<_, _> = metadata
            .packages
            .into_iter()
            .map(|package| (package.id.clone(), package))
            .collect();
        let is_linked = |dependency: &Dependency| {
            let normal = dependency.dep_kinds.iter().any(|kind| kind.kind.is_none());
            normal
                && packages
                    .get(&dependency.pkg)
                    .is_some_and(|package| !package.is("proc-macro"))
        };
        let links = metadata.resolve.nodes.into_iter().map(|node| {
            let deps = node
                .deps
                .into_iter()
                .filter(|dependency| is_linked(dependency));
            (node.id, deps.map(|dependency| dependency.pkg).collect())
        });
        Ok(Self {
            links: links.collect(),
            members: metadata.workspace_members,
            packages,
        })
    }

    /// Packages of the workspace that are programs, by name.
    pub(crate) fn programs(&self) -> BTreeSet<String> {
        let programs = self.members().filter(|package| package.is("bin"));
        programs.map(|package| package.name.clone()).collect()
    }

    /// Packages of the workspace that depend on this crate themselves, in order.
    pub(crate) fn direct_users(&self, name: &str) -> Vec<String> {
        let uses = |package: &&Package| {
            let below = self.links.get(&package.id).into_iter().flatten();
            below
                .filter_map(|id| self.packages.get(id))
                .any(|package| package.name == name)
        };
        let users: BTreeSet<_> = self
            .members()
            .filter(uses)
            .map(|package| package.name.clone())
            .collect();
        users.into_iter().collect()
    }

    /// Names of everything that links into a package of the workspace, not going through `without`.
    pub(crate) fn names_below(
        &self,
        name: &str,
        without: Option<&str>,
    ) -> anyhow::Result<BTreeSet<String>> {
        let below = self.below(name, without)?;
        Ok(below
            .into_iter()
            .map(|package| package.name.clone())
            .collect())
    }

    /// The same with versions.
    pub(crate) fn versions_below(
        &self,
        name: &str,
        without: Option<&str>,
    ) -> anyhow::Result<BTreeSet<(String, String)>> {
        let below = self.below(name, without)?.into_iter();
        Ok(below
            .map(|package| (package.name.clone(), package.version.clone()))
            .collect())
    }

    /// Everything that links into a package of the workspace and comes from elsewhere.
    pub(crate) fn foreign_below(&self, name: &str) -> anyhow::Result<Vec<&Package>> {
        let mut below = self.below(name, None)?;
        below.retain(|package| !self.members.contains(&package.id));
        Ok(below)
    }

    fn below(&self, name: &str, without: Option<&str>) -> anyhow::Result<Vec<&Package>> {
        let start = self.members().find(|package| package.name == name);
        let start = start.with_context(|| format!("the workspace has no package {name}"))?;
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut next = vec![&start.id];
        while let Some(id) = next.pop() {
            for id in self.links.get(id).into_iter().flatten() {
                let package = self
                    .packages
                    .get(id)
                    .context("cargo metadata leaves a package out")?;
                if without != Some(package.name.as_str()) && seen.insert(id) {
                    found.push(package);
                    next.push(id);
                }
            }
        }
        Ok(found)
    }

    fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .values()
            .filter(|package| self.members.contains(&package.id))
    }
}

impl Package {
    fn is(&self, kind: &str) -> bool {
        self.targets
            .iter()
            .any(|target| target.kind.iter().any(|found| found == kind))
    }
}
