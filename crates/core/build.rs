//! sqlx compiles the migrations in, but only watches those that existed at the last build.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
