//! Component styles use the tokens and nothing else, and the two copies of the Leptos section agree.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::{fs, path::Path};

#[test]
fn components_use_tokens_only() {
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
    assert!(broken.is_empty(), "raw values in place of tokens:\n{}", broken.join("\n"));
}

/// Whether there is a length that is not zero, relative to the text or the window, or a hairline of an outline.
fn has_raw_length(value: &str) -> bool {
    value.split([' ', '(', ')', ',', ';']).any(|word| {
        let number = word.trim_start_matches(['-', '.']).trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let is_number = number.len() < word.len();
        is_number && matches!(number, "px" | "rem" | "pt" | "cm") && word != "2px" && word != "1rem"
    })
}

#[test]
fn the_order_of_the_layers_comes_first() {
    let names = styles(Path::new("src")).into_iter().chain(styles(Path::new("style")));
    let first = names.filter(|path| !path.starts_with("style/dist")).filter_map(|path| Some(path.file_name()?.to_owned())).min();
    assert_eq!(first.as_deref(), Some("_layers.module.css".as_ref()), "stylance sorts by file name");
}

#[test]
fn the_running_binary_reads_the_section_that_the_build_used() {
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
