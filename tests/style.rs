//! Component styles use design tokens only, and the two copies of the Leptos configuration are identical.
#![expect(clippy::expect_used, reason = "a failed expectation fails the test")]

use std::{fs, path::Path};

#[test]
fn component_styles_use_design_tokens_only() {
    let mut broken = Vec::new();
    for file in styles(Path::new("src")) {
        let text = fs::read_to_string(&file).expect("readable");
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.starts_with("@media") || line.starts_with("/*") {
                continue;
            }
            let value = line.split_once(": ").map_or("", |(_, value)| value);
            let has_colour = value.contains('#') || ["rgb(", "hsl(", "oklch("].iter().any(|colour| value.contains(colour));
            if has_colour || has_raw_length(value) {
                broken.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
    assert!(broken.is_empty(), "raw values instead of design tokens:\n{}", broken.join("\n"));
}

/// Returns whether a value contains a length in `px`, `rem`, `pt` or `cm` other than `2px` (outlines) and `1rem`.
fn has_raw_length(value: &str) -> bool {
    value.split([' ', '(', ')', ',', ';']).any(|word| {
        let number = word.trim_start_matches(['-', '.']).trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let is_number = number.len() < word.len();
        is_number && matches!(number, "px" | "rem" | "pt" | "cm") && word != "2px" && word != "1rem"
    })
}

#[test]
fn layer_order_file_sorts_first() {
    let names = styles(Path::new("src")).into_iter().chain(styles(Path::new("style")));
    let first = names.filter(|path| !path.starts_with("style/dist")).filter_map(|path| Some(path.file_name()?.to_owned())).min();
    assert_eq!(first.as_deref(), Some("_layers.module.css".as_ref()), "stylance sorts by file name");
}

#[test]
fn leptos_settings_are_identical_in_both_toml_files() {
    let section = |file: &str| -> toml::Table {
        let text = fs::read_to_string(file).expect("readable");
        text.parse().expect("TOML")
    };
    let running = section("Leptos.toml")["package"]["metadata"]["leptos"].clone();
    let mut built = section("Cargo.toml")["workspace"]["metadata"]["leptos"][0].as_table().expect("a table").clone();
    for packages in ["name", "bin-package", "lib-package"] {
        built.remove(packages).expect("it is there");
    }
    assert_eq!(toml::Value::Table(built), running);
}

fn styles(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(styles(&path));
        } else if path.extension().is_some_and(|extension| extension == "css") {
            found.push(path);
        }
    }
    found
}
