//! sqlx compiles the migrations in, but looks only at those that were there before.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
