//! Who may use whom. The table is the rule; `docs/ARCHITECTURE.md` explains it.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use syn::visit::{self, Visit};

/// Module, and the modules of ours that it may name. A longer module wins over a shorter one. `server` as a target means all of it.
const RULES: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    // The request's id and the answer's status, under `ssr`.
    ("error", &["error", "server::context"]),
    ("ui", &["ui"]),
    // Inside `#[server]` bodies.
    ("api", &["api", "domain", "error", "server::context", "server::services", "server::middleware::accept_json"]),
    ("hooks", &["hooks", "api", "domain", "error", "ui"]),
    ("features", &["features", "hooks", "ui", "api", "domain", "error"]),
    ("pages", &["pages", "features", "hooks", "ui", "api", "domain", "error", "server::context"]),
    ("app", &["app", "pages", "features", "hooks", "ui"]),
    ("server::config", &["server::config", "domain"]),
    ("server::infra", &["server::infra", "server::config", "server::db", "domain", "api::csrf"]),
    ("server::db", &["server::db", "server::config", "server::infra", "domain"]),
    ("server::providers", &["server::providers", "server::config", "server::infra", "domain"]),
    ("server::ai", &["server::ai", "server::config", "server::infra", "domain"]),
    (
        "server::services",
        &[
            "server::services",
            "server::db",
            "server::infra",
            "server::providers",
            "server::ai",
            "server::config",
            "server::state",
            "server::context",
            "domain",
            "error",
        ],
    ),
    ("server::jobs", &["server::jobs", "server::services", "server::db", "server::infra", "server::state", "domain"]),
    ("server::middleware", &["server", "api", "domain", "error"]),
    ("server::routes", &["server", "app", "pages", "domain", "error"]),
    ("server::context", &["server", "api", "domain", "error"]),
];

/// Crates that a module must not name.
const FOREIGN: &[(&str, &[&str])] = &[
    ("domain", &["leptos", "leptos_router", "leptos_meta", "axum", "sqlx", "web_sys"]),
    ("server::services", &["leptos", "leptos_axum", "leptos_router", "axum", "http"]),
    ("server::infra", &["leptos", "leptos_axum", "axum"]),
    ("server::providers", &["leptos", "leptos_axum", "axum", "sqlx"]),
    ("server::ai", &["leptos", "leptos_axum", "axum", "sqlx"]),
    ("server::db", &["leptos", "leptos_axum", "axum", "http"]),
    ("server::jobs", &["leptos", "leptos_axum", "axum", "http"]),
    ("ui", &["axum", "leptos_axum", "sqlx"]),
    ("features", &["axum", "leptos_axum", "sqlx"]),
    ("pages", &["axum", "leptos_axum", "sqlx"]),
];

#[test]
fn modules_name_only_what_they_may() {
    let mut broken = Vec::new();
    for file in sources(Path::new("src")) {
        let module = module_of(&file);
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
    assert!(broken.is_empty(), "against the rules:\n{}", broken.join("\n"));
}

#[test]
fn sql_stands_in_the_database_modules_alone() {
    for file in sources(Path::new("src")).into_iter().filter(|file| !is_below(&module_of(file), "server::db")) {
        let text = fs::read_to_string(&file).expect("readable");
        for word in ["sqlx::query", "SELECT ", "INSERT INTO", "DELETE FROM"] {
            assert!(!text.contains(word), "{} contains {word}", file.display());
        }
    }
}

#[test]
fn the_table_notices_a_broken_rule() {
    let mut paths = Paths { module: "ui::x".to_owned(), found: Vec::new() };
    paths.visit_file(&syn::parse_file("use crate::{domain::account, ui::button}; fn f() { crate::api::auth::login(); }").expect("code"));
    assert_eq!(paths.found, ["crate::domain::account", "crate::ui::button", "crate::api::auth::login"]);
}

/// The entry of the longest module that holds `module`.
fn rule<'a>(table: &'a [(&str, &'a [&str])], module: &str) -> Option<&'a [&'a str]> {
    table.iter().filter(|(name, _)| is_below(module, name)).max_by_key(|(name, _)| name.len()).map(|(_, rule)| *rule)
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Every path that a file names: `crate::…` with `super` resolved, and those of other crates.
struct Paths {
    module: String,
    found: Vec<String>,
}

impl Paths {
    fn add(&mut self, path: &str) {
        let mut parents = self.module.split("::").collect::<Vec<_>>();
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
        // Tests may reach further.
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

fn module_of(file: &Path) -> String {
    let path = file.strip_prefix("src").expect("below src").with_extension("");
    let names: Vec<_> = path.iter().map(|name| name.to_string_lossy().into_owned()).filter(|name| name != "mod" && name != "lib").collect();
    names.join("::")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
