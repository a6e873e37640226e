//! The Huntaze binary; `huntaze help` lists its subcommands.

fn main() -> std::process::ExitCode {
    huntaze::cli::run()
}
