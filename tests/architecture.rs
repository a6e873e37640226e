//! Dependency rules between modules. `RULES` is authoritative; `docs/ARCHITECTURE.md` explains it.
#![expect(clippy::expect_used, reason = "a failed expectation fails the test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use syn::visit::{self, Visit};

/// Dependency rules that no crate boundary enforces: a module, and the modules of its crate that it may use. The entry of the longest matching
/// module applies; a module without an entry may use anything.
const RULES: &[(&str, &[&str])] = &[
    // With the feature `ssr`: the id of the request.
    ("huntaze::error", &["error", "http::request_id"]),
    ("huntaze::ui", &["ui", "hooks::document", "hooks::events", "hooks::island"]),
    ("huntaze::zone", &["zone"]),
    ("huntaze::assets", &["assets"]),
    ("huntaze::render", &["render"]),
    // Inside `#[server]` bodies.
    ("huntaze::api", &["api", "error", "http::context", "http::middleware::accept_json"]),
    ("huntaze::hooks", &["hooks", "api", "csrf", "nonce", "error"]),
    ("huntaze::islands", &["islands", "hooks", "ui", "api", "csrf", "error", "zone"]),
    ("huntaze::flash", &["error"]),
    ("huntaze::forms", &["forms", "csrf", "nonce", "error", "flash", "ui", "http::context"]),
    ("huntaze::features", &["features", "forms", "islands", "ui", "api", "error", "assets", "render", "zone"]),
    ("huntaze::pages", &["pages", "features", "forms", "islands", "ui", "api", "error", "http::context"]),
    ("huntaze::app", &["app", "pages", "features", "assets"]),
    (
        "huntaze::http",
        &[
            "http",
            "csrf",
            "nonce",
            "app",
            "assets",
            "error",
            "features::assistant",
            "flash",
            "islands::chat_events",
            "pages",
            "render",
            "zone",
        ],
    ),
    ("huntaze_core::error", &["error"]),
    ("huntaze_core::config", &["config"]),
    ("huntaze_core::infra", &["infra", "config", "error"]),
    ("huntaze_core::db", &["db", "config", "error", "infra"]),
    ("huntaze_core::providers", &["providers", "config", "error", "infra"]),
    ("huntaze_core::ai", &["ai", "config", "error", "infra"]),
    ("huntaze_core::services", &["Core", "services", "db", "infra", "providers", "ai", "config", "error"]),
    ("huntaze_core::jobs", &["Core", "jobs", "services", "db", "infra", "error"]),
];

/// Crates that a module must not name.
const FOREIGN: &[(&str, &[&str])] = &[
    ("huntaze::ui", &["axum", "leptos_axum", "huntaze_core", "huntaze_domain"]),
    ("huntaze::features", &["axum", "leptos_axum", "huntaze_core"]),
    ("huntaze::pages", &["axum", "leptos_axum", "huntaze_core"]),
    ("huntaze_core::services", &["reqwest"]),
    ("huntaze_core::providers", &["sqlx"]),
    ("huntaze_core::ai", &["sqlx"]),
];

/// Crate name and source folder.
const CRATES: [(&str, &str); 2] = [("huntaze", "src"), ("huntaze_core", "crates/core/src")];

#[test]
fn modules_respect_dependency_rules() {
    let mut broken = Vec::new();
    for (module, file) in modules() {
        let text = fs::read_to_string(&file).expect("readable");
        let mut paths = Paths { module: module.clone(), found: Vec::new() };
        paths.visit_file(&syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
        for path in paths.found {
            if let Some(ours) = path.strip_prefix("crate::") {
                let allowed = rule(RULES, &module);
                if allowed.is_some_and(|allowed| !allowed.iter().any(|prefix| is_below(ours, prefix))) {
                    broken.push(format!("{} uses {path}", file.display()));
                }
            } else if rule(FOREIGN, &module).is_some_and(|banned| banned.iter().any(|name| is_below(&path, name))) {
                broken.push(format!("{} uses {path}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "dependency rule violations:\n{}", broken.join("\n"));
}

#[test]
fn sql_occurs_in_database_modules_only() {
    for (_, file) in modules().filter(|(module, _)| !is_below(module, "huntaze_core::db")) {
        let text = fs::read_to_string(&file).expect("readable");
        for word in ["sqlx::query", "SELECT ", "INSERT INTO", "DELETE FROM"] {
            assert!(!text.contains(word), "{} contains {word}", file.display());
        }
    }
}

/// Sentences for people are in `huntaze-texts`. Inline tests may contain any text.
#[test]
fn domain_has_no_sentences() {
    for file in files(Path::new("crates/domain/src"), "rs") {
        let text = fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]").next().expect("the first part");
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let is_sentence =
                |literal: &&str| literal.starts_with(char::is_uppercase) && literal.contains(' ') && literal.ends_with(['.', '?', '!']);
            let sentence = line.split('"').skip(1).step_by(2).find(is_sentence);
            assert_eq!(sentence, None, "{}", file.display());
        }
    }
}

/// A snapshot whose test was renamed or deleted is never compared again.
#[test]
fn every_snapshot_belongs_to_a_test() {
    let folders = ["src", "crates", "tests", "sandbox"];
    for file in folders.iter().flat_map(|folder| files(Path::new(folder), "snap")) {
        let snapshot = fs::read_to_string(&file).expect("readable");
        let source = snapshot.lines().find_map(|line| line.strip_prefix("source: ")).expect("a source");
        let test = fs::read_to_string(source).unwrap_or_else(|error| panic!("{}: {source}: {error}", file.display()));
        let name = file.file_stem().expect("a name").to_string_lossy();
        let name = name.rsplit("__").next().expect("a name");
        let name = name.trim_end_matches(|digit: char| digit.is_ascii_digit()).trim_end_matches('-');
        // Those with short names are named by their test, as the stories of components are.
        let is_named_after_test = name.matches('_').count() > 1;
        assert!(!is_named_after_test || test.contains(&format!("fn {name}(")), "{} belongs to no test in {source}", file.display());
    }
}

#[test]
fn path_visitor_collects_imports_and_inline_paths() {
    let mut paths = Paths { module: "huntaze::ui::x".to_owned(), found: Vec::new() };
    paths.visit_file(&syn::parse_file("use crate::{domain::account, ui::button}; fn f() { crate::api::auth::login(); }").expect("code"));
    assert_eq!(paths.found, ["crate::domain::account", "crate::ui::button", "crate::api::auth::login"]);
}

/// Returns the entry of the longest module in `table` that contains `module`; `None` if there is none.
fn rule<'a>(table: &'a [(&str, &'a [&str])], module: &str) -> Option<&'a [&'a str]> {
    table.iter().filter(|(name, _)| is_below(module, name)).max_by_key(|(name, _)| name.len()).map(|(_, rule)| *rule)
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Collects every path that a file references: `crate::…` with `super` resolved, and paths into other crates.
struct Paths {
    module: String,
    found: Vec<String>,
}

impl Paths {
    fn add(&mut self, path: &str) {
        let mut parents = self.module.split("::").skip(1).collect::<Vec<_>>();
        let mut rest = path;
        while let Some(shorter) = rest.strip_prefix("super::") {
            parents.pop();
            rest = shorter;
        }
        let path = if rest == path { path.to_owned() } else { format!("crate::{}::{rest}", parents.join("::")).replace("::::", "::") };
        self.found.push(path);
    }

    fn add_tree(&mut self, prefix: &str, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&format!("{prefix}{}::", path.ident), &path.tree),
            syn::UseTree::Name(name) => self.add(&format!("{prefix}{}", name.ident)),
            syn::UseTree::Rename(name) => self.add(&format!("{prefix}{}", name.ident)),
            syn::UseTree::Glob(_) => self.add(prefix.trim_end_matches("::")),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(prefix, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        // Unit tests are exempt from the rules.
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.add(&names.join("::"));
        }
        visit::visit_path(self, path);
    }
}

fn modules() -> impl Iterator<Item = (String, PathBuf)> {
    CRATES.into_iter().flat_map(|(name, folder)| {
        sources(Path::new(folder)).into_iter().map(move |file| {
            let path = file.strip_prefix(folder).expect("below the folder").with_extension("");
            let parts = path.iter().map(|part| part.to_string_lossy().into_owned()).filter(|part| part != "mod" && part != "lib");
            (std::iter::once(name.to_owned()).chain(parts).collect::<Vec<_>>().join("::"), file)
        })
    })
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    files(folder, "rs")
}

/// Returns the files below a folder with this extension, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}
