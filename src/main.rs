//! The one binary of Huntaze; `huntaze help` lists its sub-commands.

fn main() -> std::process::ExitCode {
    huntaze::cli::run()
}
