//! The Huntaze binary; `huntaze help` lists its subcommands.

/// Rendering a page allocates thousands of small strings; docs/PERFORMANCE.md compares allocators.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    huntaze::cli::run()
}
