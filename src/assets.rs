//! Where pages find their styles and the code of their islands. Found out once, when the server starts.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use leptos::config::LeptosOptions;
use sha2::{Digest, Sha256};

/// Loads the code of the islands when the page is idle, and hydrates them in the order of the document. A function of two URLs.
const LOADER: &str = include_str!("assets/loader.js");
/// Sends how fast the page was, of one page view in ten.
pub const VITALS: &str = include_str!("assets/vitals.js");

/// Lets the browser fetch a page of ours as soon as somebody is about to follow a link to it.
pub const SPECULATION_RULES: &str =
    r#"{"prefetch":[{"where":{"and":[{"href_matches":"/*"},{"not":{"href_matches":"/api/*"}}]},"eagerness":"moderate"}]}"#;

/// URLs of the built files, and the inline scripts of pages.
#[derive(Debug, Clone)]
pub struct Assets {
    /// URL of the styles.
    pub styles: String,
    /// Inline script of pages with islands.
    pub loader: String,
    /// The inline scripts, the loader, [`VITALS`] and [`SPECULATION_RULES`], as sources of the content security policy.
    pub script_hashes: String,
    /// Whether `cargo leptos watch` runs the server, which then reloads pages.
    pub is_watched: bool,
    /// Options of the build.
    pub options: LeptosOptions,
}

impl Assets {
    /// Finds the files of a build. Their names contain hashes if `options` say so.
    ///
    /// # Errors
    /// The file with the hashes, beside the binary, cannot be read.
    pub fn find(options: &LeptosOptions) -> std::io::Result<Self> {
        let hashes = if options.hash_files {
            let folder = std::env::current_exe()?.parent().map(Path::to_path_buf).unwrap_or_default();
            std::fs::read_to_string(folder.join(&*options.hash_file))?
        } else {
            String::new()
        };
        Ok(Self::with_hashes(options, &hashes))
    }

    fn with_hashes(options: &LeptosOptions, hashes: &str) -> Self {
        let url = |kind: &str| {
            let hash = hashes.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| *name == kind);
            let hash = hash.map(|(_, hash)| format!(".{}", hash.trim())).unwrap_or_default();
            format!("/{}/{}{hash}.{kind}", options.site_pkg_dir, options.output_name)
        };
        let loader = format!("{}({:?},{:?})", LOADER.trim(), url("js"), url("wasm"));
        let hash = |script: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)));
        let script_hashes = format!("{} {} {}", hash(&loader), hash(VITALS), hash(SPECULATION_RULES));
        #[expect(clippy::disallowed_methods, reason = "a variable of cargo-leptos, no configuration of ours")]
        let is_watched = std::env::var("LEPTOS_WATCH").is_ok();
        Self { styles: url("css"), loader, script_hashes, is_watched, options: options.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_part_of_names() {
        let options = LeptosOptions::builder().output_name("huntaze").build();
        let assets = Assets::with_hashes(&options, "css: 1a\njs: 2b\nwasm: 3c");
        assert_eq!(assets.styles, "/pkg/huntaze.1a.css");
        assert!(assets.loader.ends_with("(\"/pkg/huntaze.2b.js\",\"/pkg/huntaze.3c.wasm\")"), "{}", assets.loader);
        assert_eq!(Assets::with_hashes(&options, "").styles, "/pkg/huntaze.css");
    }
}
